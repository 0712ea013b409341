import { describe, expect, it } from 'vitest';
import type { ProgramEvent } from '../../../../../docker/protocol/events.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import type { ActOfHand } from '../../../../../electron/host/checks/evidence.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { evidence } from '../../../../support/evidence.ts';
import type { Written } from '../../../../support/evidence.ts';

const evicted = checkSchema.parse({
  type: 'detection',
  balancer: 'balancer',
  target: '$culprit',
  event: 'evicted',
  cause: 'settings',
});
const returned = checkSchema.parse({
  type: 'detection',
  balancer: 'balancer',
  target: '$culprit',
  event: 'returned',
  cause: 'fault',
});

function health(at: number, to: string, target = 'backend-3'): ProgramEvent {
  return { seq: at, at, type: 'health', target, from: '', to, reason: '', code: 'L7STS' };
}

function settings(at: number, ...paths: string[]): ActOfHand {
  return { kind: 'settings', node: 'balancer', at, paths };
}

function healed(at: number): ActOfHand {
  return { kind: 'fault', node: 'backend-3', at, fault: 'always-status', on: false };
}

function verdict(check: typeof evicted, written: Written) {
  const base: Written = {
    picked: { culprit: 'backend-3' },
    prediction: { down: [500, 1300], up: [2000, 2800] },
    scale: 20,
    stepOpenedAt: 1000,
    actBeganAt: 100,
    now: 9000,
  };
  return evaluate('switch', check, evidence({ ...base, ...written }));
}

describe('detection', () => {
  it.each([
    [500, 'pass'],
    [1300, 'pass'],
    [450, 'pass'],
    [449, 'fail'],
    [1350, 'pass'],
    [1351, 'fail'],
  ])('an eviction %i ms after the change: %s', (ms, state) => {
    const found = verdict(evicted, {
      acts: [settings(2000, 'healthCheck.protocol')],
      events: { balancer: [health(2000 + ms, 'unhealthy')] },
    });
    expect(found.state).toBe(state);
    expect(found.measured).toContain(`evicted after ${ms} ms`);
  });

  it('waits before the change, and while the window is open; fails when it has passed', () => {
    const acts = [settings(2000, 'healthCheck.protocol')];
    expect(verdict(evicted, {}).state).toBe('waiting');
    expect(verdict(evicted, { acts, now: 3300 }).state).toBe('waiting');
    expect(verdict(evicted, { acts, now: 3400 }).state).toBe('fail');
  });

  it('a setting that is not of the check, and another target, are no cause and no event', () => {
    const events = { balancer: [health(2900, 'unhealthy')] };
    expect(verdict(evicted, { acts: [settings(2000, 'algorithm')], events }).state).toBe('waiting');
    const other = { balancer: [health(2900, 'unhealthy', 'backend-4')] };
    expect(
      verdict(evicted, { acts: [settings(2000, 'healthCheck.path')], events: other, now: 3000 }).state,
    ).toBe('waiting');
  });

  it('times from the last change before the eviction; a later one takes nothing away', () => {
    const found = verdict(evicted, {
      acts: [
        settings(1100, 'healthCheck.path'),
        settings(2000, 'healthCheck.protocol'),
        settings(5000, 'healthCheck.path'),
      ],
      events: { balancer: [health(2800, 'unhealthy')] },
    });
    expect(found).toMatchObject({ state: 'pass', measured: 'evicted after 800 ms (16 s stated)' });
  });

  it('whoever was ahead of the guide need not do it again', () => {
    const found = verdict(evicted, {
      acts: [settings(300, 'healthCheck.protocol')],
      events: { balancer: [health(950, 'unhealthy')] },
    });
    expect(found.state).toBe('pass');
  });

  it('what an earlier act did does not count', () => {
    const found = verdict(evicted, {
      acts: [settings(20, 'healthCheck.protocol')],
      events: { balancer: [health(90, 'unhealthy')] },
    });
    expect(found.state).toBe('waiting');
  });

  it('times a return from the healing', () => {
    const events = { balancer: [health(1200, 'unhealthy'), health(4300, 'healthy')] };
    expect(verdict(returned, { acts: [healed(2000)], events })).toMatchObject({
      state: 'pass',
      expected:
        'the culprit returns 2000 ms (40 s stated) to 2800 ms (56 s stated) after the change (clocks read to 50 ms)',
    });
    expect(verdict(returned, { acts: [healed(3000)], events }).state).toBe('fail');
  });

  it('takes a window in stated time from the lab', () => {
    const within = { ...evicted, withinMs: [10_000, 26_000] } as typeof evicted;
    const written: Written = {
      acts: [settings(2000, 'healthCheck')],
      events: { balancer: [health(2700, 'unhealthy')] },
    };
    expect(verdict(within, { ...written, prediction: null }).state).toBe('pass');
    const sooner = { ...evicted, withinMs: [0, 8000] } as typeof evicted;
    expect(verdict(sooner, written).state).toBe('fail');
  });

  it('never gives the name away', () => {
    expect(verdict(evicted, { acts: [settings(2000, 'healthCheck')] }).expected).not.toContain('backend-3');
  });
});
