/** How long requests took, in the buckets that Prometheus' own libraries start with. */
export interface DurationBuckets {
  readonly limitsMs: readonly number[];
  record(ms: number): void;
  /** One count for each limit, and one for what is above them all. */
  view(): { readonly counts: readonly number[]; readonly sumMs: number };
}

export const limitsMs: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

export function createDurationBuckets(): DurationBuckets {
  const counts = new Array<number>(limitsMs.length + 1).fill(0);
  let sumMs = 0;
  return {
    limitsMs,
    record(ms) {
      let at = 0;
      while (at < limitsMs.length && ms > (limitsMs[at] ?? 0)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sumMs += ms;
    },
    view: () => ({ counts: [...counts], sumMs }),
  };
}
