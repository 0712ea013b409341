import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { kindBetween } from './kind.ts';
import { nodeOf } from './names.ts';
import { clientSpan, judgedSince, lastPart } from './since.ts';

/** Answers of one status by the second, over the last so many seconds, all of which must lie after the last change. */
export const rate: Predicate<CheckOf<'rate'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const { kind, status, atLeast, atMost, seconds } = check;
  const of = `${status}${kind === undefined ? '' : ` to ${kind}`}`;
  const bounds = `${atLeast} to ${atMost ?? 'any number'}`;
  const expected = `${bounds} answers ${of} a second, over ${seconds} s`;
  const whole = clientSpan(evidence, client, judgedSince(evidence));
  if (whole === null) return finding('waiting', '', expected);
  const span = lastPart(whole, seconds * 1000, client, evidence);
  const count = kindBetween(span, kind).byStatus[status] ?? 0;
  const perSecond = span.ms === 0 ? 0 : (count * 1000) / span.ms;
  const measured = `${Number(perSecond.toFixed(1))} answers ${of} a second, over ${Number((span.ms / 1000).toFixed(1))} s`;
  if (whole.ms < seconds * 1000) return finding('waiting', measured, expected);
  return passIf(perSecond >= atLeast && perSecond <= (atMost ?? Infinity), measured, expected);
};
