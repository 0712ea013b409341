import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import type { ActOfHand } from '../../../../../electron/host/checks/evidence.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'dropped', balancer: 'lb', atLeast: 100 });

/** So many packets dropped by each second; null: this kernel counts none. */
function verdict(counts: readonly (number | null)[], acts: readonly ActOfHand[] = []) {
  const samples = counts.map((packets, index) =>
    sample(index * 1000, {
      ...balancerStats({}),
      kernel: {
        plane: 'xdp',
        rules: [],
        trouble: null,
        dropped: packets === null ? null : { packets, bytes: packets * 60 },
      },
    }),
  );
  const now = (counts.length - 1) * 1000;
  return evaluate('step', check, evidence({ samples: { lb: samples }, acts, now }));
}

describe('dropped', () => {
  it('counts from the opening of the step, and waits for more', () => {
    expect(verdict([50, 120])).toMatchObject({ state: 'waiting', measured: '70 dropped' });
    expect(verdict([50, 120, 150])).toMatchObject({ state: 'pass', measured: '100 dropped' });
  });

  it('begins again with each change', () => {
    const change: ActOfHand = { kind: 'settings', node: 'lb', at: 1000, paths: ['guard'] };
    expect(verdict([0, 500, 550], [change])).toMatchObject({ state: 'waiting', measured: '50 dropped' });
  });

  it('takes a kernel that counts nothing for one that has dropped nothing', () => {
    expect(verdict([null, null]).state).toBe('waiting');
  });
});
