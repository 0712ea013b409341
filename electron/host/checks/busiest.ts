import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { lately } from './lately.ts';
import { nodeOf } from './names.ts';
import { percent } from './words.ts';

/** How uneven it is, whoever is hit: the share of the server that gives the most answers, by the name in each. */
export const busiest: Predicate<CheckOf<'busiest'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const bounds = `${percent(check.atLeast)} to ${percent(check.atMost)}`;
  const expected = `the busiest server gives ${bounds} of at least ${check.sample} answers to ${client}`;
  const span = lately(check, client, evidence);
  const before = span?.first.byServer ?? {};
  const counts = Object.entries(span?.last.byServer ?? {}).map(
    ([server, byStatus]) => [server, sum(byStatus) - sum(before[server] ?? {})] as const,
  );
  const n = counts.reduce((total, [, count]) => total + count, 0);
  const [server = '', hits = 0] = counts.toSorted((a, b) => b[1] - a[1])[0] ?? [];
  const measured = n === 0 ? '' : `${server} gave ${hits} of ${n} answers (${percent(hits, n)})`;
  if (n < check.sample) return finding('waiting', measured, expected);
  return passIf(hits >= check.atLeast * n && hits <= check.atMost * n, measured, expected);
};

function sum(byStatus: Readonly<Record<string, number>>): number {
  return Object.values(byStatus).reduce((total, count) => total + count, 0);
}
