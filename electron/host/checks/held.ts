import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { isBalancer } from './since.ts';
import { percent } from './words.ts';

/** How much of what a balancer has open towards its targets one of them holds, now. */
export const held: Predicate<CheckOf<'held'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const target = nodeOf(check.target, evidence);
  const bounds = `${percent(check.atLeast)} to ${percent(check.atMost)}`;
  const expected = `${called(check.target)} holds ${bounds} of at least ${check.sample} open connections`;
  const sample = evidence.stats(balancer);
  const stats = sample === null ? null : isBalancer(sample.stats);
  const all = Object.entries(stats?.targets ?? {});
  const n = all.reduce((sum, [, { connections }]) => sum + connections.open, 0);
  const hits = stats?.targets[target]?.connections.open ?? 0;
  const measured = n === 0 ? '' : `${called(check.target)} holds ${hits} of ${n} (${percent(hits, n)})`;
  if (n < check.sample) return finding('waiting', measured, expected);
  return passIf(hits >= check.atLeast * n && hits <= check.atMost * n, measured, expected);
};
