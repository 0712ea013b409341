import { describe, expect, it } from 'vitest';
import type { ProgramEvent } from '../../../../../docker/protocol/events.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import type { ActOfHand } from '../../../../../electron/host/checks/evidence.ts';
import { evidence } from '../../../../support/evidence.ts';

function change(at: number, target = 'backend-2'): ProgramEvent {
  return { seq: at, at, type: 'health', target, from: 'healthy', to: 'unhealthy', reason: '', code: 'L7STS' };
}

function verdict(
  bounds: { readonly atLeast?: number; readonly atMost?: number },
  events: readonly ProgramEvent[],
  now = 10_000,
  acts: readonly ActOfHand[] = [],
) {
  const check = checkSchema.parse({
    type: 'transitions',
    balancer: 'balancer',
    target: 'backend-2',
    seconds: 4,
    ...bounds,
  });
  return evaluate('flap', check, evidence({ events: { balancer: events }, now, acts }));
}

describe('transitions', () => {
  it('counts comings and goings of one target in the last seconds', () => {
    const events = [change(5000), change(7000), change(8000), change(9000, 'backend-1')];
    expect(verdict({ atLeast: 2 }, events)).toMatchObject({ state: 'pass', measured: '2 times in 4000 ms' });
    expect(verdict({ atLeast: 3 }, events).state).toBe('fail');
    expect(verdict({ atLeast: 1, atMost: 1 }, events).state).toBe('fail');
  });

  it('calls it calm only after the whole span', () => {
    expect(verdict({ atMost: 0 }, [], 3000).state).toBe('waiting');
    expect(verdict({ atMost: 0 }, [], 4000).state).toBe('pass');
    expect(verdict({ atMost: 0 }, [change(1000)], 4000).state).toBe('fail');
  });

  it('starts anew with each change that somebody makes', () => {
    const acts: ActOfHand[] = [{ kind: 'settings', node: 'balancer', at: 8000, paths: [] }];
    expect(verdict({ atLeast: 1 }, [change(7000)], 10_000, acts).state).toBe('waiting');
    expect(verdict({ atMost: 0 }, [change(7000)], 12_000, acts).state).toBe('pass');
  });
});
