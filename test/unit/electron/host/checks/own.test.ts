import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import type { Cause } from '../../../../../docker/l7/failure.ts';
import { ownCauses } from '../../../../../docker/protocol/stats.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import type { Sample } from '../../../../../electron/host/checks/evidence.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

function proxy(
  at: number,
  answered: number,
  own: Readonly<Record<string, number>>,
  startedAt = -1000,
): Sample {
  const stats = balancerStats({});
  const requests = { received: answered, answered, aborted: 0, inFlight: 0, byStatus: {}, own };
  return sample(at, { ...stats, role: 'l7', process: { ...stats.process, startedAt }, requests });
}

function verdict(cause: string, expected: number, samples: readonly Sample[], stepOpenedAt = 0) {
  const check = checkSchema.parse({ type: 'own', balancer: 'proxy', cause, expected, sample: 100 });
  return evaluate('who', check, evidence({ samples: { proxy: samples }, stepOpenedAt }));
}

describe('own', () => {
  it('is the share of requests that the proxy ended itself, for one cause', () => {
    const samples = [proxy(9000, 0, {}), proxy(10_000, 120, { refused: 40, reset: 20 })];
    expect(verdict('refused', 1 / 3, samples)).toMatchObject({
      state: 'pass',
      measured: "40 of 120 (33.3 %) of proxy's requests ended by itself (refused)",
    });
    expect(verdict('reset', 1 / 3, samples).state).toBe('fail');
    expect(verdict('any', 0.5, samples).state).toBe('pass');
    expect(verdict('any', 0, samples).state).toBe('fail');
  });

  it('says that the target spoke where the proxy never did', () => {
    const samples = [proxy(9000, 0, {}), proxy(10_000, 120, {})];
    expect(verdict('any', 0, samples).state).toBe('pass');
  });

  it('judges the last seconds where they hold a sample, and all since the step opened where they do not', () => {
    const early = [proxy(0, 0, {}), proxy(7000, 400, {}), proxy(10_000, 500, { refused: 100 })];
    expect(verdict('refused', 0.2, early).state).toBe('pass');
    const late = [proxy(0, 0, {}), proxy(8000, 400, {}), proxy(10_000, 500, { refused: 100 })];
    expect(verdict('refused', 1, late).state).toBe('pass');
  });

  it('counts nothing from before the step', () => {
    const samples = [
      proxy(0, 0, {}),
      proxy(9000, 200, { refused: 200 }),
      proxy(10_000, 320, { refused: 200 }),
    ];
    expect(verdict('refused', 0, samples, 8500).state).toBe('pass');
  });

  it('does not subtract across a restart', () => {
    const samples = [proxy(9000, 0, {}, 1), proxy(10_000, 120, { refused: 120 }, 2)];
    expect(verdict('refused', 1, samples).state).toBe('waiting');
  });

  it('knows the causes that the proxy counts', () => {
    const causes: readonly Cause[] = ownCauses;
    const complete: Exclude<Cause, (typeof ownCauses)[number]>[] = [];
    expect([...causes, ...complete]).toHaveLength(ownCauses.length);
  });
});
