import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

/** A hundred requests a second over ten seconds, of which so many in a hundred end with 502 and so many are reset. */
function verdict(outcome: string, expected: number, bad: number, reset: number) {
  const check = checkSchema.parse({ type: 'outcome', client: 'client', outcome, expected, sample: 200 });
  const samples = [0, 2500, 5000, 7500, 10_000].map((at) => {
    const hundreds = at / 1000;
    return sample(
      at,
      clientStats({
        answered: (100 - reset) * hundreds,
        failed: reset * hundreds,
        byStatus: { 200: (100 - reset - bad) * hundreds, 502: bad * hundreds },
        byFailure: { reset: reset * hundreds },
      }),
    );
  });
  return evaluate('who', check, evidence({ samples: { client: samples } }));
}

describe('outcome', () => {
  it('counts one status among all that ended', () => {
    expect(verdict('502', 0.5, 50, 0)).toMatchObject({
      state: 'pass',
      measured: "125 of 250 (50 %) of client's requests ended with 502",
    });
    expect(verdict('502', 0.5, 20, 0).state).toBe('fail');
    expect(verdict('503', 0.5, 50, 0).state).toBe('fail');
  });

  it('counts one way to fail as well', () => {
    expect(verdict('reset', 0.25, 0, 25).state).toBe('pass');
    expect(verdict('truncated', 0.25, 0, 25).state).toBe('fail');
  });

  it('never is exactly never, and always is exactly always', () => {
    expect(verdict('502', 0, 0, 10).state).toBe('pass');
    expect(verdict('502', 0, 1, 0).state).toBe('fail');
    expect(verdict('502', 1, 100, 0).state).toBe('pass');
    expect(verdict('502', 1, 99, 1).state).toBe('fail');
  });

  it('takes no outcome that a client cannot have', () => {
    const shape = { type: 'outcome', client: 'client', expected: 1 };
    expect(checkSchema.safeParse({ ...shape, outcome: 'refused' }).success).toBe(true);
    expect(checkSchema.safeParse({ ...shape, outcome: 'no-target' }).success).toBe(false);
  });
});
