import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { isClient } from './since.ts';

/** How many requests wait for an answer now, by the client's own count. */
export const inFlight: Predicate<CheckOf<'in-flight'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const sample = evidence.stats(client);
  const stats = sample === null ? null : isClient(sample.stats);
  const expected = `at least ${check.atLeast} requests of ${client} in flight`;
  if (stats === null) return finding('waiting', '', expected);
  return passIf(stats.inFlight >= check.atLeast, `${stats.inFlight} in flight`, expected);
};
