import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'gap', client: 'client', atLeastMs: 2000, atMostMs: 5000 });

/** Good answers by each quarter of a second: one a sample, but for the silence between the two times. */
function verdict(now: number, silence: readonly [number, number], status = '200') {
  let good = 0;
  const samples = Array.from({ length: now / 250 + 1 }, (_, index) => {
    const at = index * 250;
    if (at <= silence[0] || at >= silence[1]) good += 1;
    const bad = status === '200' ? 0 : index;
    return sample(at, clientStats({ answered: good + bad, byStatus: { 200: good, 503: bad } }));
  });
  return evaluate('step', check, evidence({ samples: { client: samples }, stepOpenedAt: 0, now }));
}

describe('gap', () => {
  it('passes once a silence of that length is over', () => {
    expect(verdict(6000, [1000, 4000])).toMatchObject({ state: 'pass', measured: 'no answer for 3000 ms' });
  });

  it('waits while it lasts, and while there has been none', () => {
    expect(verdict(4000, [1000, 9000])).toMatchObject({
      state: 'waiting',
      measured: 'no answer for 3000 ms so far',
    });
    expect(verdict(4000, [9000, 9000]).state).toBe('waiting');
  });

  it('fails beyond its upper bound, whether it is over or not', () => {
    expect(verdict(8000, [1000, 7000]).state).toBe('fail');
    expect(verdict(8000, [1000, 9000]).state).toBe('fail');
  });

  it('does not take an error for an answer', () => {
    expect(verdict(6000, [1000, 4000], '503').state).toBe('pass');
  });
});
