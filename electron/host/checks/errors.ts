import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import { clientSpan, judgedSince, lastPart } from './since.ts';
import type { Span } from './since.ts';
import { duration } from './words.ts';

/** The bill: how many requests went wrong in the last so many seconds, since the last change or the step at the most. */
export const errors: Predicate<CheckOf<'errors'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const how = check.failed === undefined ? 'go wrong' : `fail by ${check.failed}`;
  const expected = `at least ${check.atLeast} of ${client}'s requests ${how} in ${check.seconds} s`;
  const whole = check.since === 'step' ? sinceStep(evidence, client) : sinceChange(evidence, client);
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

function sinceChange(evidence: Evidence, client: string): Span<ClientStats> | null {
  return clientSpan(evidence, client, judgedSince(evidence));
}

/** From the last sample before the step, so that what its own act broke at once is between two samples. */
function sinceStep(evidence: Evidence, client: string): Span<ClientStats> | null {
  const opened = evidence.stats(client, evidence.stepOpenedAt);
  return clientSpan(evidence, client, opened?.at ?? evidence.stepOpenedAt);
}
