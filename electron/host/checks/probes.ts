import type { CheckOf } from '../../../labs/checks.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { judgedSince } from './since.ts';

/** The share of failed probes of one target since the step opened, one by one from the balancer's own events. */
export const probes: Predicate<CheckOf<'probes'>> = (check, { evidence }) => {
  const target = nodeOf(check.target, evidence);
  const seen = evidence
    .events(nodeOf(check.balancer, evidence), judgedSince(evidence))
    .filter((event) => event.type === 'probe' && event.target === target);
  const failed = seen.filter((event) => event.type === 'probe' && !event.ok).length;
  return judgeProportion(
    { hits: failed, n: seen.length, what: `of the probes of ${called(check.target)} failed` },
    check,
  );
};
