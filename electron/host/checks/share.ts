import type { CheckOf } from '../../../labs/checks.ts';
import type { Predicate } from './finding.ts';
import { lately } from './lately.ts';
import { nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import type { Outcomes } from './outcomes.ts';
import { judgeProportion } from './proportion.ts';

/** The share of a client's requests that ended badly, lately. */
export const share: Predicate<CheckOf<'share'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const span = lately(check, client, evidence);
  const seen = span === null ? { ended: 0, failures: 0, answers5xx: 0 } : outcomes(span);
  const { hits, what } = count(check.of, seen);
  return judgeProportion({ hits, n: seen.ended, what: `of ${client}'s requests ${what}` }, check);
};

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
