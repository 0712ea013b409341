import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import type { Outcomes } from './outcomes.ts';
import { judgeProportion } from './proportion.ts';
import { clientSpan, judgedSince, lastPart } from './since.ts';

/**
 * The share of a client's requests that ended badly: of the last few seconds where they hold a sample, so that targets
 * which entered service late do not weigh on it for ever, and otherwise of all since the step opened or a change was made.
 */
export const share: Predicate<CheckOf<'share'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const seen = lately(check, client, evidence);
  const { hits, what } = count(check.of, seen);
  return judgeProportion({ hits, n: seen.ended, what: `of ${client}'s requests ${what}` }, check);
};

function lately(check: CheckOf<'share'>, client: string, evidence: Evidence): Outcomes {
  const whole = clientSpan(evidence, client, judgedSince(evidence));
  if (whole === null) return { ended: 0, failures: 0, answers5xx: 0 };
  const recent = outcomes(lastPart(whole, check.seconds * 1000, client, evidence));
  return recent.ended >= check.sample ? recent : outcomes(whole);
}

function count(of: CheckOf<'share'>['of'], seen: Outcomes): { hits: number; what: string } {
  switch (of) {
    case 'bad':
      return { hits: seen.failures + seen.answers5xx, what: 'went wrong' };
    case 'failures':
      return { hits: seen.failures, what: 'had no answer' };
    case 'answers-5xx':
      return { hits: seen.answers5xx, what: 'were answered with 5xx' };
  }
}
