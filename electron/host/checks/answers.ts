import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { kindBetween } from './kind.ts';
import { nodeOf } from './names.ts';
import { clientSpan, judgedSince } from './since.ts';

/** How many answers of one status a client got since the step opened or since the last change. */
export const answers: Predicate<CheckOf<'answers'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const { kind, status, atLeast, atMost, sample } = check;
  const of = kind === undefined ? '' : ` to ${kind}`;
  const bounds = atMost === atLeast ? `${atLeast}` : `${atLeast} to ${atMost ?? 'any number'}`;
  const expected = `${bounds} answers ${status}${of}${sample === 0 ? '' : `, among at least ${sample}`}`;
  const span = clientSpan(evidence, client, judgedSince(evidence));
  if (span === null) return finding('waiting', '', expected);
  const { ended, byStatus } = kindBetween(span, kind);
  const count = byStatus[status] ?? 0;
  const measured = `${count} answers ${status}${of} among ${ended}`;
  if (atMost !== undefined && count > atMost) return finding('fail', measured, expected);
  return finding(count >= atLeast && ended >= sample ? 'pass' : 'waiting', measured, expected);
};
