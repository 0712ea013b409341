import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import type { ActOfHand } from '../../../../../electron/host/checks/evidence.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({
  type: 'spent',
  client: 'client',
  node: 'new',
  fault: 'error-share',
  atMost: 50,
});

const act = (at: number, on: boolean): ActOfHand => ({
  kind: 'fault',
  node: 'new',
  at,
  fault: 'error-share',
  on,
});

/** Ten errors a second, from the first second on. */
function verdict(now: number, acts: readonly ActOfHand[], actBeganAt = 0) {
  const samples = Array.from({ length: now / 500 + 1 }, (_, index) => {
    const bad = Math.max(0, index * 5 - 10);
    return sample(index * 500, clientStats({ answered: index * 50, byStatus: { 500: bad } }));
  });
  return evaluate('budget', check, evidence({ samples: { client: samples }, now, acts, actBeganAt }));
}

describe('spent', () => {
  it('counts from the fault on, and is over the budget in the end', () => {
    expect(verdict(4000, [act(1000, true)])).toMatchObject({
      state: 'pass',
      measured: expect.stringContaining('30 went wrong') as string,
    });
    expect(verdict(7000, [act(1000, true)]).state).toBe('fail');
  });

  it('begins anew with a fault that was healed and comes again, not with a change of its settings', () => {
    expect(verdict(7000, [act(1000, true), act(5000, false), act(5500, true)]).state).toBe('pass');
    expect(verdict(7000, [act(1000, true), act(5500, true)]).state).toBe('fail');
  });

  it('says nothing before the fault, nor of one from an earlier act', () => {
    expect(verdict(4000, []).state).toBe('waiting');
    expect(verdict(4000, [act(500, true)], 1000).state).toBe('waiting');
  });
});
