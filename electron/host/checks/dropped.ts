import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { isBalancer, judgedSince, nodeSpan } from './since.ts';

/** Packets that a balancer's kernel threw away before anything looked at them. */
export const dropped: Predicate<CheckOf<'dropped'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const span = nodeSpan(evidence, balancer, judgedSince(evidence), isBalancer);
  const count = (span?.last.kernel?.dropped?.packets ?? 0) - (span?.first.kernel?.dropped?.packets ?? 0);
  const expected = `at least ${check.atLeast} packets dropped at ${balancer}`;
  return finding(
    count >= check.atLeast ? 'pass' : 'waiting',
    span === null ? '' : `${count} dropped`,
    expected,
  );
};
