import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import type { ActOfHand } from '../../../../../electron/host/checks/evidence.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'dropped', balancer: 'lb', atLeast: 100 });

/** So many packets dropped by each second; null: this kernel counts none. */
function verdict(
  counts: readonly (number | null)[],
  acts: readonly ActOfHand[] = [],
  one = check,
  nanosEach?: number,
) {
  const samples = counts.map((packets, index) =>
    sample(index * 1000, {
      ...balancerStats({}),
      kernel: {
        plane: 'xdp',
        rules: [],
        trouble: null,
        dropped:
          packets === null
            ? null
            : {
                packets,
                bytes: packets * 60,
                ...(nanosEach === undefined ? {} : { nanos: packets * nanosEach }),
              },
      },
    }),
  );
  const now = (counts.length - 1) * 1000;
  return evaluate('step', one, evidence({ samples: { lb: samples }, acts, now }));
}

describe('dropped', () => {
  it('counts from the opening of the step, and waits for more', () => {
    expect(verdict([50, 120])).toMatchObject({ state: 'waiting', measured: '70 dropped' });
    expect(verdict([50, 120, 150])).toMatchObject({ state: 'pass', measured: '100 dropped' });
  });

  it('asks what one of them took, where the check wants to know', () => {
    const priced = checkSchema.parse({ ...check, eachAtMostMicros: 2 });
    expect(verdict([50, 250], [], priced, 400)).toMatchObject({
      state: 'pass',
      measured: '200 dropped, 0.40 µs each',
    });
    expect(verdict([50, 250], [], priced, 4000).state).toBe('waiting');
    expect(verdict([50, 250], [], priced)).toMatchObject({
      state: 'waiting',
      measured: '200 dropped, not timed',
    });
  });

  it('begins again with each change', () => {
    const change: ActOfHand = { kind: 'settings', node: 'lb', at: 1000, paths: ['guard'] };
    expect(verdict([0, 500, 550], [change])).toMatchObject({ state: 'waiting', measured: '50 dropped' });
  });

  it('takes a kernel that counts nothing for one that has dropped nothing', () => {
    expect(verdict([null, null]).state).toBe('waiting');
  });
});
