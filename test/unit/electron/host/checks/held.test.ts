import { expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'held', balancer: 'l4', target: 'slow', atLeast: 0.5 });

function verdict(slow: number, fast: number) {
  const stats = balancerStats({ slow: 'healthy', fast: 'healthy' });
  const open = (name: string, count: number) => ({
    ...stats.targets[name],
    connections: { opened: 0, failed: 0, open: count, reset: 0 },
  });
  const targets = { slow: open('slow', slow), fast: open('fast', fast) } as typeof stats.targets;
  return evaluate('pile', check, evidence({ samples: { l4: [sample(9000, { ...stats, targets })] } }));
}

it('is one target’s share of what is open now', () => {
  expect(verdict(30, 10)).toMatchObject({ state: 'pass', measured: 'slow holds 30 of 40 (75 %)' });
  expect(verdict(10, 30)).toMatchObject({ state: 'fail' });
  expect(verdict(5, 1)).toMatchObject({ state: 'waiting' });
});
