import type { HedgeSettings } from '../protocol/l7/hedge.ts';
import type { HedgeCounts } from '../protocol/stats.ts';

/** When a second try is due, and what became of those that were made. One for all requests of a proxy. */
export interface Hedging {
  dueMs(settings: HedgeSettings): number;
  /** A target's first byte came after so long. */
  took(ms: number): void;
  count(what: keyof HedgeCounts): void;
  view(): HedgeCounts;
}

const remembered = 1000;
const enough = 100;
/** Sorting a thousand numbers for each request would cost more than the request. */
const sortedEvery = 100;

export function createHedging(): Hedging {
  const counts: { -readonly [K in keyof HedgeCounts]: HedgeCounts[K] } = { sent: 0, won: 0, overBudget: 0 };
  const latest = new Float64Array(remembered);
  let sorted = new Float64Array(0);
  let seen = 0;

  return {
    dueMs({ afterMs, percentile }) {
      if (percentile === 0 || sorted.length < enough) return afterMs;
      const at = Math.min(sorted.length - 1, Math.floor((percentile / 100) * sorted.length));
      return Math.max(afterMs, sorted[at] ?? 0);
    },
    took(ms) {
      latest[seen % remembered] = ms;
      seen += 1;
      if (seen % sortedEvery === 0) sorted = latest.slice(0, Math.min(seen, remembered)).sort();
    },
    count(what) {
      counts[what] += 1;
    },
    view: () => ({ ...counts }),
  };
}
