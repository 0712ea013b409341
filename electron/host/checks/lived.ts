import type { CheckOf } from '../../../labs/checks.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { isClient } from './since.ts';

/** The client itself keeps the last change of network apart: what is known late of an earlier one is not counted with it. */
export const lived: Predicate<CheckOf<'lived'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const sample = evidence.stats(client);
  const latest = (sample === null ? null : isClient(sample.stats))?.quic?.latest ?? null;
  const ofThisStep = latest !== null && latest.at >= evidence.stepOpenedAt ? latest : null;
  const { moved, lived: hits, lost } = ofThisStep ?? { moved: 0, lived: 0, lost: 0 };
  const what = `of ${client}'s connections that moved were heard of again`;
  // Who lives is known at once, who is lost only after a time-out: before the last one is known the share is too high.
  const known = hits + lost === moved;
  return judgeProportion({ hits, n: known ? moved : 0, what }, check);
};
