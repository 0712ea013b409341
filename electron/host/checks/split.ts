import type { CheckOf } from '../../../labs/checks.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { routeSince } from './route-counts.ts';
import { judgedSince } from './since.ts';

/** The share of a route's requests that a proxy gave to one group, lately. */
export const split: Predicate<CheckOf<'split'>> = (check, { evidence }) => {
  const proxy = nodeOf(check.balancer, evidence);
  const since = judgedSince(evidence);
  const counted = (from: number) => {
    const span = routeSince(evidence, proxy, check.route, from);
    const n = Object.values(span?.byGroup ?? {}).reduce((sum, count) => sum + count, 0);
    return { hits: span?.byGroup[check.group] ?? 0, n };
  };
  const recent = counted(Math.max(since, (evidence.stats(proxy)?.at ?? 0) - check.seconds * 1000));
  const { hits, n } = recent.n >= check.sample ? recent : counted(since);
  return judgeProportion(
    { hits, n, what: `of route ${check.route}'s requests went to ${check.group}` },
    check,
  );
};
