import type { BalancerStats } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { isBalancer, judgedSince, nodeSpan } from './since.ts';
import type { Span } from './since.ts';

/** How a balancer shared out new connections, by its own counters. */
export const chosen: Predicate<CheckOf<'chosen'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const target = nodeOf(check.target, evidence);
  const since = Math.max(judgedSince(evidence), ...programmed(evidence, balancer));
  const whole = nodeSpan(evidence, balancer, since, isBalancer);
  const newest = evidence.stats(balancer);
  const from = newest === null ? 0 : Math.max(since, newest.at - check.seconds * 1000);
  const recent = nodeSpan(evidence, balancer, from, isBalancer);
  const span = recent !== null && opened(recent) >= check.sample ? recent : whole;
  const n = span === null ? 0 : opened(span);
  const hits = span === null ? 0 : openedTo(span.last, target) - openedTo(span.first, target);
  return judgeProportion(
    { hits, n, what: `of ${balancer}'s connections went to ${called(check.target)}` },
    check,
  );
};

/** A kernel's rules follow a change of settings or health a moment later; what came between belongs to the old ones. */
function programmed(evidence: Evidence, balancer: string): readonly number[] {
  return evidence
    .events(balancer, evidence.stepOpenedAt)
    .filter(({ type }) => type === 'kernel')
    .map(({ at }) => at);
}

function opened({ first, last }: Span<BalancerStats>): number {
  return Object.keys(last.targets).reduce((sum, id) => sum + openedTo(last, id) - openedTo(first, id), 0);
}

function openedTo({ targets }: BalancerStats, id: string): number {
  return targets[id]?.connections.opened ?? 0;
}
