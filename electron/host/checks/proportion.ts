import { binomialBounds } from './binomial.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';
import { oneIn, percent } from './words.ts';

export interface Proportion {
  readonly hits: number;
  readonly n: number;
  /** "of client's requests failed since the step opened" */
  readonly what: string;
}

export interface Claim {
  readonly expected: number;
  readonly sample: number;
  readonly falseAlarm: number;
}

/**
 * Judges a share against a claim. Too small a sample waits. So does a sample without a single hit (or without a single
 * miss) that chance would still allow: a claim that something happens one time in ten is proved by seeing it happen.
 */
export function judgeProportion({ hits, n, what }: Proportion, claim: Claim): Finding {
  const { expected, sample, falseAlarm } = claim;
  const [low, high] = binomialBounds(Math.max(n, sample), expected, falseAlarm);
  const size = Math.max(n, sample);
  const measured = n === 0 ? '' : `${hits} of ${n} (${percent(hits, n)}) ${what}`;
  const wanted =
    expected === 0 || expected === 1
      ? `exactly ${percent(expected)} of at least ${sample} ${what}`
      : `${percent(expected)}: ${low} to ${high} of ${size} ${what} (false alarm ${oneIn(falseAlarm)})`;
  if (n < sample) return finding('waiting', measured, wanted);
  if (hits < low || hits > high) return finding('fail', measured, wanted);
  const unseen = (expected > 0 && hits === 0) || (expected < 1 && hits === n);
  return finding(unseen ? 'waiting' : 'pass', measured, wanted);
}
