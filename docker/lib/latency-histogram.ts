import 'hdr-histogram-js/dist/JsHistogram.encoding.js';
import { constructorFromBucketSize } from 'hdr-histogram-js/dist/JsHistogramFactory.js';
import type { LatencyStats } from '../protocol/stats.ts';

/** Microseconds, three significant digits, an hour at most: 0.1 % of the value, 90 KiB when fully grown. */
const unitsPerMs = 1000;
const longest = 3_600_000 * unitsPerMs;

/**
 * The library's main entry also loads its WebAssembly build; the plain classes are all that is needed here.
 * Recording touches one histogram. Each reader has an interval of its own: the difference to what it saw last time.
 */
export interface LatencyHistogram {
  record(ms: number): void;
  /** What was recorded since this reader last asked; everything, for a reader that never asked before. */
  since(reader: object): LatencyStats;
  /** Everything since the program started. */
  total(): LatencyStats;
}

export function createLatencyHistogram(): LatencyHistogram {
  const all = create();
  const seen = new WeakMap<object, Float64Array>();

  return {
    record(ms) {
      all.recordValue(Math.min(longest, Math.max(0, Math.round(ms * unitsPerMs))));
    },
    since(reader) {
      const before = seen.get(reader);
      const counts = new Float64Array(all.countsArrayLength);
      const interval = create();
      for (let index = 0; index < counts.length; index++) {
        const count = all.getCountAtIndex(index);
        counts[index] = count;
        const more = count - (before?.[index] ?? 0);
        if (more > 0) interval.recordValueWithCount(all.valueFromIndex(index), more);
      }
      seen.set(reader, counts);
      return summary(interval);
    },
    total: () => summary(all),
  };
}

const Int32Histogram = constructorFromBucketSize(32);
type Hdr = InstanceType<typeof Int32Histogram>;

function create(): Hdr {
  const histogram = new Int32Histogram(1, 2, 3);
  histogram.autoResize = true;
  return histogram;
}

function summary(histogram: Hdr): LatencyStats {
  const at = (percentile: number) =>
    histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(percentile) / unitsPerMs;
  return {
    count: histogram.totalCount,
    p50Ms: at(50),
    p95Ms: at(95),
    p99Ms: at(99),
    maxMs: at(100),
    encoded: histogram.encodeIntoCompressedBase64(),
  };
}
