import type { CheckOf } from '../../../labs/checks.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { judgedSince } from './since.ts';

/**
 * The share of failed probes of one target since the step opened, one by one from the balancer's own events. That all fail,
 * or none, is judged on the latest of them: one bad moment must not stand in the way for as long as the step is open.
 */
export const probes: Predicate<CheckOf<'probes'>> = (check, { evidence }) => {
  const target = nodeOf(check.target, evidence);
  const all = evidence
    .events(nodeOf(check.balancer, evidence), judgedSince(evidence))
    .filter((event) => event.type === 'probe' && event.target === target);
  const seen = check.expected === 0 || check.expected === 1 ? all.slice(-check.sample) : all;
  const failed = seen.filter((event) => event.type === 'probe' && !event.ok).length;
  return judgeProportion(
    { hits: failed, n: seen.length, what: `of the probes of ${called(check.target)} failed` },
    check,
  );
};
