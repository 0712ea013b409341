import { describe, expect, it } from 'vitest';
import type { ProgramEvent } from '../../../../../docker/protocol/events.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { evidence } from '../../../../support/evidence.ts';

function gone(at: number, target: string, code: 'L7STS' | 'L4CON' = 'L4CON'): ProgramEvent {
  return { seq: at, at, type: 'health', target, from: 'healthy', to: 'unhealthy', reason: '', code };
}

function verdict(real: readonly ProgramEvent[], persona: readonly ProgramEvent[]) {
  const check = checkSchema.parse({
    ...{
      type: 'agrees',
      balancer: 'real',
      with: 'persona',
      targets: 'web',
      event: 'evicted',
      withinMs: 10_000,
    },
  });
  return evaluate(
    'step',
    check,
    evidence({
      ...{ scale: 10, groups: { web: ['web-1', 'web-2'] }, events: { real, persona } },
      acts: ['web-1', 'web-2'].map((node, index) => {
        return { kind: 'fault', node, at: 4000 + 2500 * index, fault: 'refuse', on: true };
      }),
    }),
  );
}

describe('agrees', () => {
  it('passes when both let every target go, for the same reason and about then', () => {
    const found = verdict(
      [gone(7000, 'web-1'), gone(7100, 'web-2')],
      [gone(6200, 'web-1'), gone(7000, 'web-2')],
    );
    expect(found.state).toBe('pass');
    expect(found.measured).toContain('web-1: L4CON both, 800 ms (8 s stated) apart');
  });

  it('fails when they are too far apart, or have different reasons', () => {
    const real = [gone(7000, 'web-1'), gone(7000, 'web-2')];
    expect(verdict(real, [gone(8100, 'web-1')]).state).toBe('fail');
    expect(verdict(real, [gone(7000, 'web-1', 'L7STS')]).state).toBe('fail');
  });

  it('waits for the slower one, and does not look at what was before the last change', () => {
    expect(verdict([gone(7000, 'web-1')], [gone(7000, 'web-1')]).state).toBe('waiting');
    const before = [gone(2500, 'web-1'), gone(2500, 'web-2')];
    expect(verdict(before, before).state).toBe('waiting');
  });
});
