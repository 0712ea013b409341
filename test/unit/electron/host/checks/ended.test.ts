import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import type { FlowEnd } from '../../../../../docker/protocol/stats.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

const none: Record<FlowEnd, number> = {
  closed: 0,
  'client-reset': 0,
  'target-reset': 0,
  idle: 0,
  'let-go': 0,
  'no-target': 0,
};

/** Samples of connections let go, one each 250 ms; the step opened at 100 ms. */
function verdict(counts: readonly number[], bounds: object) {
  const check = checkSchema.parse({ type: 'ended', balancer: 'lb', how: 'let-go', ...bounds });
  const samples = counts.map((count, index) =>
    sample(index * 250, { ...balancerStats({}), ended: { ...none, 'let-go': count } }),
  );
  const now = (counts.length - 1) * 250;
  return evaluate('step', check, evidence({ samples: { lb: samples }, stepOpenedAt: 100, now }));
}

describe('ended', () => {
  it('counts what ended in the very moment in which the step opened', () => {
    expect(verdict([2, 22], { atLeast: 20 })).toMatchObject({
      state: 'pass',
      measured: '20 connections ended by "let-go"',
    });
    expect(verdict([2, 12], { atLeast: 20 }).state).toBe('waiting');
  });

  it('one too many fails', () => {
    expect(verdict([5, 5, 5], { atMost: 0 }).state).toBe('pass');
    expect(verdict([5, 6, 6], { atMost: 0 }).state).toBe('fail');
  });

  it('with seconds looks at those only, and waits until they have passed', () => {
    expect(verdict([0, 9, 9], { atMost: 0, seconds: 1 }).state).toBe('waiting');
    expect(verdict([0, 9, 9, 9, 9, 9, 9], { atMost: 0, seconds: 1 }).state).toBe('pass');
    expect(verdict([0, 9, 9, 9, 9, 9, 10], { atMost: 0, seconds: 1 }).state).toBe('fail');
  });

  it('waits for the first sample', () => {
    expect(verdict([], { atLeast: 1 }).state).toBe('waiting');
  });
});
