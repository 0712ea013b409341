import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import type { Predicate } from './finding.ts';
import { lately } from './lately.ts';
import { nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import { judgeProportion } from './proportion.ts';

/** The share of a client's requests that came to one end: a status, or one way to fail. */
export const outcome: Predicate<CheckOf<'outcome'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const span = lately(check, client, evidence);
  const n = span === null ? 0 : outcomes(span).ended;
  const hits = span === null ? 0 : countOf(span.last, check.outcome) - countOf(span.first, check.outcome);
  return judgeProportion({ hits, n, what: `of ${client}'s requests ended with ${check.outcome}` }, check);
};

function countOf({ byStatus, byFailure }: ClientStats, end: string): number {
  return byStatus[end] ?? byFailure[end] ?? 0;
}
