import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'quiet', client: 'client', seconds: 10, answers: 100 });

/** Twenty answers a second, sampled four times a second; errors at the given times. */
function verdict(now: number, errorsAt: readonly number[], perSecond = 20) {
  const samples = Array.from({ length: now / 250 + 1 }, (_, index) => {
    const at = index * 250;
    const bad = errorsAt.filter((time) => time <= at).length;
    const answered = Math.floor((at * perSecond) / 1000) + bad;
    return sample(at, clientStats({ answered, byStatus: { 200: answered - bad, 500: bad } }));
  });
  return evaluate('calm', check, evidence({ samples: { client: samples }, stepOpenedAt: 1000, now }));
}

describe('quiet', () => {
  it('waits for the whole span', () => {
    expect(verdict(10_750, []).state).toBe('waiting');
    expect(verdict(11_000, []).state).toBe('pass');
  });

  it('fails while an error is in the span, and passes once it has left it', () => {
    expect(verdict(5000, [4000]).state).toBe('fail');
    expect(verdict(13_750, [4000]).state).toBe('fail');
    expect(verdict(14_250, [4000]).state).toBe('pass');
  });

  it('silence is not quiet: there must be answers', () => {
    expect(verdict(12_000, [], 1).state).toBe('waiting');
  });

  it('says what it counted over how long', () => {
    expect(verdict(11_000, []).measured).toBe('0 errors in 200 requests over 10 s');
  });
});
