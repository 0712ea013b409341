import { describe, expect, it } from 'vitest';
import { alertOf, burnOf, countsOf, rules } from '../../../../../electron/host/telemetry/burn.ts';
import type { CountPoint } from '../../../../../electron/host/telemetry/burn.ts';
import { clientStats } from '../../../../support/stats.ts';

const slo = { objective: 0.999, periodDays: 30 };
const minute = 60_000;

/** One point a second at 100 requests a second; `badFrom` on, `share` of them go badly. */
function traffic(seconds: number, badFrom: number, share: number): CountPoint[] {
  return Array.from({ length: seconds + 1 }, (_, s) => ({
    at: s * 1000,
    requests: s * 100,
    bad: Math.max(0, s - badFrom) * 100 * share,
  }));
}

function rule(id: 'page' | 'ticket'): (typeof rules)[number] {
  const found = rules.find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return found;
}

describe('countsOf', () => {
  it('calls a 5xx and no answer bad, and a 4xx not', () => {
    const stats = clientStats({ answered: 100, failed: 5, byStatus: { 200: 80, 404: 12, 503: 8 } });
    expect(countsOf(stats)).toEqual({ requests: 105, bad: 13 });
  });
});

describe('burnOf', () => {
  it('is 1 when the share of bad requests is just what the objective allows', () => {
    expect(burnOf(traffic(600, 0, 0.001), 5 * minute, 1, slo).burn).toBeCloseTo(1, 6);
  });

  it('looks at its own window only', () => {
    const window = burnOf(traffic(600, 540, 0.5), 5 * minute, 1, slo);
    expect(window).toMatchObject({ coveredMs: 300_000, requests: 30_000, bad: 3000 });
    expect(window.burn).toBeCloseTo(100, 6);
  });

  it('is shortened by the scale, and keeps both lengths', () => {
    const window = burnOf(traffic(600, 590, 1), 5 * minute, 30, slo);
    expect(window).toMatchObject({ realMs: 300_000, labMs: 10_000, requests: 1000, bad: 1000 });
  });

  it('takes what was before the measurement as clean traffic at the same rate', () => {
    const window = burnOf(traffic(30, 0, 0.1), 5 * minute, 1, slo);
    expect(window.coveredMs).toBe(30_000);
    expect(window.burn).toBeCloseTo(10, 6);
  });

  it('says nothing where nothing was counted', () => {
    expect(burnOf([], 5 * minute, 1, slo).burn).toBeNull();
    const idle = [0, 1000, 2000].map((at) => ({ at, requests: 0, bad: 0 }));
    expect(burnOf(idle, 5 * minute, 1, slo).burn).toBeNull();
  });
});

describe('alertOf', () => {
  it('fires when the long window has it too, at the time that the formula foretells', () => {
    const share = 0.25;
    const badFrom = 4000;
    const foretold = alertOf(traffic(badFrom + 10, badFrom, share), rule('page'), 1, slo);
    expect(foretold.firing).toBe(false);
    // 14.4 x 0.001 x 3600 s / 0.25 = 207.4 s, by hand.
    const late = alertOf(traffic(badFrom + 400, badFrom, share), rule('page'), 1, slo);
    expect(late.wouldFireAfterMs).toBeCloseTo(207_360, 0);
    expect(alertOf(traffic(badFrom + 207, badFrom, share), rule('page'), 1, slo).firing).toBe(false);
    expect(alertOf(traffic(badFrom + 208, badFrom, share), rule('page'), 1, slo).firing).toBe(true);
  });

  it('never fires at a share below its threshold', () => {
    const alert = alertOf(traffic(7200, 0, 0.005), rule('page'), 1, slo);
    expect(alert).toMatchObject({ firing: false, wouldFireAfterMs: null });
    expect(alertOf(traffic(30_000, 0, 0.0061), rule('ticket'), 1, slo).firing).toBe(true);
  });

  it('ends with its short window, long before the long one has forgotten', () => {
    const points = traffic(4400, 4000, 0.5);
    const last = points.at(-1) ?? { at: 0, requests: 0, bad: 0 };
    const healed = Array.from({ length: 301 }, (_, s) => ({
      at: last.at + s * 1000,
      requests: last.requests + s * 100,
      bad: last.bad,
    }));
    const alert = alertOf([...points, ...healed], rule('page'), 1, slo);
    expect(alert.long.burn).toBeGreaterThan(14.4);
    expect(alert.firing).toBe(false);
  });
});
