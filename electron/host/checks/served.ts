import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { lately } from './lately.ts';
import { called, nodeOf } from './names.ts';
import type { Span } from './since.ts';
import { percent } from './words.ts';

/** One server's share of a client's answers, lately, by the name that each answer carries. */
export const served: Predicate<CheckOf<'served'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const who = called(check.server);
  const expected = `${who} gives ${percent(check.atLeast)} to ${percent(check.atMost)} of at least ${check.sample} answers`;
  const span = lately(check, client, evidence);
  const n = span === null ? 0 : span.last.answered - span.first.answered;
  const hits = span === null ? 0 : answersOf(nodeOf(check.server, evidence), span);
  const measured = n === 0 ? '' : `${who} gave ${hits} of ${n} answers (${percent(hits, n)})`;
  if (n < check.sample) return finding('waiting', measured, expected);
  return passIf(hits >= check.atLeast * n && hits <= check.atMost * n, measured, expected);
};

function answersOf(server: string, { first, last }: Span<ClientStats>): number {
  const total = (stats: ClientStats) =>
    Object.values(stats.byServer[server] ?? {}).reduce((sum, count) => sum + count, 0);
  return total(last) - total(first);
}
