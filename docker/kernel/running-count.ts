/** Counters that may begin again at nought, each with its sum over all beginnings. */
export interface RunningCount {
  see(key: string, count: number): void;
  /** Whatever is seen next of it was counted from nought. */
  restart(key: string): void;
  of(key: string): number;
  all(): ReadonlyMap<string, number>;
}

export function runningCount(): RunningCount {
  const sums = new Map<string, { total: number; last: number }>();
  return {
    see(key, count) {
      const { total, last } = sums.get(key) ?? { total: 0, last: 0 };
      sums.set(key, { total: total + (count >= last ? count - last : count), last: count });
    },
    restart(key) {
      const sum = sums.get(key);
      if (sum !== undefined) sum.last = 0;
    },
    of: (key) => sums.get(key)?.total ?? 0,
    all: () => new Map([...sums].map(([key, { total }]) => [key, total])),
  };
}
