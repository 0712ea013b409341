import type { Candidate, Candidates } from './algorithm.ts';

const known = new WeakMap<Candidates, Float64Array>();

/** Running sum of the effective weights; made once for each array of candidates. */
export function cumulativeWeights(candidates: Candidates): Float64Array {
  const found = known.get(candidates);
  if (found !== undefined) return found;
  let total = 0;
  const sums = Float64Array.from(candidates, ({ weight, ramp }: Candidate) => (total += weight * ramp));
  known.set(candidates, sums);
  return sums;
}
