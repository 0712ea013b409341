import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'errors', client: 'client', atLeast: 5, seconds: 4 });

/** Forty answers a second; errors at the given times. */
function verdict(now: number, errorsAt: readonly number[], stepOpenedAt = 0) {
  const samples = Array.from({ length: now / 250 + 1 }, (_, index) => {
    const at = index * 250;
    const bad = errorsAt.filter((time) => time <= at).length;
    return sample(at, clientStats({ answered: index * 10, byStatus: { 200: index * 10 - bad, 500: bad } }));
  });
  return evaluate('bill', check, evidence({ samples: { client: samples }, stepOpenedAt, now }));
}

describe('errors', () => {
  it('passes as soon as there are enough', () => {
    expect(verdict(2000, [500, 600, 700, 800, 900])).toMatchObject({
      state: 'pass',
      measured: '5 of 80 went wrong in 2000 ms',
    });
  });

  it('waits while there may still be more, and fails when the span was too quiet', () => {
    expect(verdict(2000, [500, 600]).state).toBe('waiting');
    expect(verdict(6000, [5000, 5100]).state).toBe('fail');
  });

  it('forgets what is older than the span, or than the step', () => {
    expect(verdict(9000, [500, 600, 700, 800, 900]).state).toBe('fail');
    expect(verdict(3000, [500, 600, 700, 800, 900], 2000).state).toBe('waiting');
  });

  it('counts across what a kubelet told a balancer meanwhile, if the lab says so', () => {
    const failures = (at: number, refused: number) =>
      sample(at, clientStats({ answered: at / 25, failed: refused, byFailure: { refused } }));
    const seen = evidence({
      samples: { client: [failures(0, 0), failures(1000, 6), failures(2000, 6), failures(3000, 6)] },
      acts: [{ kind: 'settings', node: 'worker', at: 2000, paths: ['targets'] }],
      stepOpenedAt: 0,
      now: 3000,
    });
    const asked = { type: 'errors', client: 'client', failed: 'refused', atLeast: 1, seconds: 600 };
    expect(evaluate('late', checkSchema.parse(asked), seen).state).toBe('waiting');
    expect(evaluate('late', checkSchema.parse({ ...asked, since: 'step' }), seen)).toMatchObject({
      state: 'pass',
      measured: '6 of 126 failed by refused in 3000 ms',
    });
  });

  it('counts since the step, where a change hurts before its own time is written down', () => {
    const base = { type: 'errors', client: 'client', atLeast: 5, seconds: 60 };
    const judged = (since: string) =>
      evaluate(
        'bill',
        checkSchema.parse({ ...base, since }),
        evidence({
          samples: {
            client: [0, 250, 500, 750].map((at) =>
              sample(at, clientStats({ answered: at, byStatus: { 200: at, 500: at < 500 ? 0 : 9 } })),
            ),
          },
          stepOpenedAt: 300,
          acts: [{ kind: 'settings', node: 'balancer', at: 480, paths: ['draining'] }],
          now: 800,
        }),
      ).state;
    expect(judged('step')).toBe('pass');
    expect(judged('change')).toBe('waiting');
  });
});
