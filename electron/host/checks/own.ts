import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence, Sample } from './evidence.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { firstSampleSince, isBalancer, judgedSince } from './since.ts';

/** The share of a proxy's requests, lately, that ended with its own words for one cause rather than a target's. */
export const own: Predicate<CheckOf<'own'>> = (check, { evidence }) => {
  const proxy = nodeOf(check.balancer, evidence);
  const since = judgedSince(evidence);
  const lastSeconds = Math.max(since, (evidence.stats(proxy)?.at ?? 0) - check.seconds * 1000);
  const recent = countSince(proxy, check.cause, lastSeconds, evidence);
  const { hits, n } = recent.n >= check.sample ? recent : countSince(proxy, check.cause, since, evidence);
  return judgeProportion(
    {
      hits,
      n,
      what: `of ${proxy}'s requests ended by itself (${check.cause === 'any' ? 'whatever the cause' : check.cause})`,
    },
    check,
  );
};

function countSince(proxy: string, cause: string, from: number, evidence: Evidence) {
  const first = read(firstSampleSince(evidence, proxy, from), cause);
  const last = read(evidence.stats(proxy), cause);
  // A program that started anew counts from zero: before and after do not subtract.
  if (first.startedAt !== last.startedAt) return { hits: 0, n: 0 };
  return { hits: last.hits - first.hits, n: last.n - first.n };
}

function read(sample: Sample | null, cause: string) {
  const stats = sample === null ? null : isBalancer(sample.stats);
  const { own = {}, answered = 0, aborted = 0 } = stats?.requests ?? {};
  const all = Object.values(own).reduce((sum, count) => sum + count, 0);
  return {
    hits: cause === 'any' ? all : (own[cause] ?? 0),
    n: answered + aborted,
    startedAt: stats?.process.startedAt ?? null,
  };
}
