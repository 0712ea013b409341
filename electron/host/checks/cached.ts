import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { policyCounts } from './policy-counts.ts';
import { percent } from './words.ts';

/** How many requests a proxy's cache kept from its targets. */
export const cached: Predicate<CheckOf<'cached'>> = (check, { evidence }) => {
  const proxy = nodeOf(check.balancer, evidence);
  const { atLeast, atMost, sample } = check;
  const expected = `${percent(atLeast)} to ${percent(atMost)} of at least ${sample} requests answered by the cache`;
  const count = policyCounts(evidence, proxy, 'cache');
  if (count === null) return finding('waiting', 'no cache is on', expected);
  const hits = count('hits');
  const n = hits + count('misses');
  const measured = `${hits} of ${n} (${percent(hits, n)}) answered by the cache`;
  if (n < sample) return finding('waiting', measured, expected);
  return passIf(hits >= atLeast * n && hits <= atMost * n, measured, expected);
};
