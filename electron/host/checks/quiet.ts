import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import { clientSpan, lastPart } from './since.ts';
import { duration } from './words.ts';

/** Nothing bad in the last so many seconds of this step, with enough good answers for that to mean something. */
export const quiet: Predicate<CheckOf<'quiet'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const expected = `no error in ${check.seconds} s and at least ${check.answers} answers`;
  const longest = check.seconds * 1000;
  const whole = clientSpan(evidence, client, evidence.stepOpenedAt);
  if (whole === null) return finding('waiting', '', expected);
  const enough = whole.ms >= longest;
  const span = lastPart(whole, longest, client, evidence);
  const { ended, failures, answers5xx } = outcomes(span);
  const bad = failures + answers5xx;
  const measured = `${bad} errors in ${ended} requests over ${duration(span.ms)}`;
  if (bad > 0) return finding('fail', measured, expected);
  return finding(enough && ended >= check.answers ? 'pass' : 'waiting', measured, expected);
};
