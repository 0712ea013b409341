import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { isBalancer } from './since.ts';

/** What a balancer holds one target to be. */
export const target: Predicate<CheckOf<'target'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const sample = evidence.stats(balancer);
  const stats = sample === null ? null : isBalancer(sample.stats);
  const seen = stats?.targets[nodeOf(check.target, evidence)];
  const expected = `${called(check.target)} ${check.state} at ${balancer}`;
  if (seen === undefined) return finding('waiting', '', expected);
  return passIf(
    seen.state === check.state,
    `${called(check.target)} is ${seen.state}: ${seen.reason}`,
    expected,
  );
};
