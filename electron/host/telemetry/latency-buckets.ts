import type { LatencyBuckets } from '../../../docker/protocol/stats.ts';

/** The bound that this share did not exceed; null where there are none. */
export function percentileOf(latency: LatencyBuckets, percentile: number): number | null {
  const bounds = Object.entries(latency)
    .map(([bound, count]) => ({ bound: Number(bound), count }))
    .sort((a, b) => a.bound - b.bound);
  const total = bounds.reduce((sum, { count }) => sum + count, 0);
  let left = total * percentile;
  return total === 0 ? null : (bounds.find(({ count }) => (left -= count) <= 0)?.bound ?? null);
}

/** Counters now without what they were before. */
export function countsSince(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>> | undefined,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(now).map(([key, count]) => [key, count - (before?.[key] ?? 0)]));
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
