import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { isBalancer, judgedSince, nodeSpan } from './since.ts';

/** Packets that a balancer's kernel threw away before anything looked at them. */
export const dropped: Predicate<CheckOf<'dropped'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const span = nodeSpan(evidence, balancer, judgedSince(evidence), isBalancer);
  const [first, last] = [span?.first.kernel?.dropped, span?.last.kernel?.dropped];
  const count = (last?.packets ?? 0) - (first?.packets ?? 0);
  const micros = last?.nanos === undefined ? null : (last.nanos - (first?.nanos ?? 0)) / 1000 / count;
  const most = check.eachAtMostMicros;
  const cheap = most === undefined || (micros !== null && micros <= most);
  const price =
    most === undefined ? '' : `, ${micros === null ? 'not timed' : `${micros.toPrecision(2)} µs each`}`;
  return finding(
    count >= check.atLeast && cheap ? 'pass' : 'waiting',
    span === null ? '' : `${count} dropped${count > 0 ? price : ''}`,
    `at least ${check.atLeast} packets dropped at ${balancer}${most === undefined ? '' : `, in ${most} µs each at most`}`,
  );
};
