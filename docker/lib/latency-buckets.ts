import type { LatencyBuckets } from '../protocol/stats.ts';

/** Eight to a doubling: what is read back is 9 % too high at most, and a hundred numbers span a day. */
const perDoubling = 8;

/** Counters by upper bound; see `LatencyBuckets`. */
export interface LatencyCounter {
  record(ms: number): void;
  view(): LatencyBuckets;
}

export function createLatencyCounter(): LatencyCounter {
  const counts = new Map<number, number>();
  return {
    record(ms) {
      const index = Math.max(lowest, Math.ceil(perDoubling * Math.log2(ms)));
      counts.set(index, (counts.get(index) ?? 0) + 1);
    },
    view: () => Object.fromEntries([...counts].map(([index, count]) => [bound(index), count])),
  };
}

/** A quarter of a millisecond: quicker is not told apart. */
const lowest = -2 * perDoubling;

function bound(index: number): string {
  return String(Number((2 ** (index / perDoubling)).toPrecision(5)));
}
