import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import { clientSpan, judgedSince, lastPart } from './since.ts';
import { duration } from './words.ts';

/** The bill: how many requests went wrong in the last so many seconds, since the last change or the step's opening at most. */
export const errors: Predicate<CheckOf<'errors'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const how = check.failed === undefined ? 'go wrong' : `fail by ${check.failed}`;
  const expected = `at least ${check.atLeast} of ${client}'s requests ${how} in ${check.seconds} s`;
  const whole = clientSpan(
    evidence,
    client,
    check.since === 'step' ? evidence.stepOpenedAt : judgedSince(evidence),
  );
  if (whole === null) return finding('waiting', '', expected);
  const span = lastPart(whole, check.seconds * 1000, client, evidence);
  const { ended, failures, answers5xx } = outcomes(span);
  const { failed } = check;
  const count = ({ byFailure }: ClientStats) => (failed === undefined ? 0 : (byFailure[failed] ?? 0));
  const bad = failed === undefined ? failures + answers5xx : count(span.last) - count(span.first);
  const measured = `${bad} of ${ended} ${failed === undefined ? 'went wrong' : `failed by ${failed}`} in ${duration(span.ms)}`;
  if (bad >= check.atLeast) return finding('pass', measured, expected);
  return finding(whole.ms >= check.seconds * 1000 ? 'fail' : 'waiting', measured, expected);
};
