import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { isClient } from './since.ts';
import { duration } from './words.ts';

/** Samples come every 250 ms; half of that misses none. */
const lookEveryMs = 125;
/** Older ones are thinned: beyond this a silence could no longer be told from a missing sample. */
const longestLookMs = 60_000;

/** How long nobody got a good answer, at the worst time of this step. */
export const gap: Predicate<CheckOf<'gap'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const expected = `${client} goes without an answer for ${duration(check.atLeastMs)} to ${duration(check.atMostMs)}, and no longer`;
  const answers = goodAnswers(evidence, client);
  let [longest, quietSince, last] = [0, answers[0]?.at ?? 0, answers[0]];
  for (const one of answers) {
    if (last !== undefined && one.good > last.good) {
      longest = Math.max(longest, one.at - quietSince);
      quietSince = one.at;
    }
    last = one;
  }
  const now = last === undefined ? 0 : last.at - quietSince;
  const measured =
    last === undefined
      ? ''
      : `no answer for ${duration(Math.max(longest, now))}${now > longest ? ' so far' : ''}`;
  if (Math.max(longest, now) > check.atMostMs) return finding('fail', measured, expected);
  return finding(longest >= check.atLeastMs && longest > now ? 'pass' : 'waiting', measured, expected);
};

interface Good {
  readonly at: number;
  readonly good: number;
}

/** How many good answers there were by each sample of this step, oldest first. */
function goodAnswers(evidence: Evidence, client: string): readonly Good[] {
  const found: Good[] = [];
  const from = Math.max(evidence.stepOpenedAt, evidence.now - longestLookMs);
  for (let at = from; at <= evidence.now; at += lookEveryMs) {
    const sample = evidence.stats(client, at);
    const stats = sample === null ? null : isClient(sample.stats);
    if (sample === null || stats === null || sample.at === found.at(-1)?.at) continue;
    const bad = Object.entries(stats.byStatus).filter(([status]) => Number(status) >= 400);
    found.push({ at: sample.at, good: stats.answered - bad.reduce((sum, [, count]) => sum + count, 0) });
  }
  return found;
}
