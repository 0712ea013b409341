import type { BalancerStats } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { isBalancer } from './since.ts';

const words = {
  clients: 'connections with clients',
  targets: 'connections to targets',
  queued: 'requests waiting for a connection',
  requests: 'requests under way',
} as const;

/** What a balancer has open now, by its own count. */
export const open: Predicate<CheckOf<'open'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const sample = evidence.stats(balancer);
  const stats = sample === null ? null : isBalancer(sample.stats);
  const atMost = check.atMost === undefined ? '' : ` and at most ${check.atMost}`;
  const expected = `${balancer}: at least ${check.atLeast}${atMost} ${words[check.of]}`;
  if (stats === null) return finding('waiting', '', expected);
  const count = counts[check.of](stats);
  const fits = count >= check.atLeast && (check.atMost === undefined || count <= check.atMost);
  return passIf(fits, `${count} ${words[check.of]}`, expected);
};

const counts: Readonly<Record<CheckOf<'open'>['of'], (stats: BalancerStats) => number>> = {
  clients: ({ connections }) => connections.open,
  targets: ({ targets }) => sum(Object.values(targets).map(({ connections }) => connections.open)),
  queued: ({ targets }) => sum(Object.values(targets).map(({ pool }) => pool?.queued ?? 0)),
  requests: ({ requests }) => requests?.inFlight ?? 0,
};

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
