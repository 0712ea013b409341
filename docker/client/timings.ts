import type { HistogramAnswer } from '../protocol/client.ts';
import { createLatencyHistogram } from '../lib/latency-histogram.ts';
import type { LatencyHistogram } from '../lib/latency-histogram.ts';

/**
 * How long requests took, whatever came of them: a timeout is a wait like any other, and leaving it out would make a
 * hanging server look quick. Latency runs from the intended send time, service time from the real one.
 */
export interface Timings {
  readonly latency: LatencyHistogram;
  readonly service: LatencyHistogram;
  readonly lag: LatencyHistogram;
  ended(route: string, outcome: string, latencyMs: number, serviceMs: number): void;
  whole(what: HistogramAnswer['what']): HistogramAnswer;
}

interface Pair {
  readonly latency: LatencyHistogram;
  readonly service: LatencyHistogram;
}

/** Paths and outcomes are few, but settings can change for hours; a histogram takes up to 90 KiB. */
const mostPairs = 300;
const rest = 'other';

export function createTimings(): Timings {
  const all = createPair();
  const lag = createLatencyHistogram();
  const byRoute = new Map<string, Map<string, Pair>>();
  let pairs = 0;

  const pairOf = (route: string, outcome: string): Pair => {
    const found = byRoute.get(route)?.get(outcome);
    if (found !== undefined) return found;
    if (pairs >= mostPairs && route !== rest) return pairOf(rest, outcome);
    const pair = createPair();
    pairs += 1;
    byRoute.set(route, (byRoute.get(route) ?? new Map<string, Pair>()).set(outcome, pair));
    return pair;
  };

  return {
    ...all,
    lag,
    ended(route, outcome, latencyMs, serviceMs) {
      const pair = pairOf(route, outcome);
      pair.latency.record(latencyMs);
      pair.service.record(serviceMs);
      all.latency.record(latencyMs);
      all.service.record(serviceMs);
    },
    whole: (what) => ({
      what,
      all: all[what].total(),
      routes: [...byRoute].flatMap(([route, outcomes]) =>
        [...outcomes].map(([outcome, pair]) => ({ route, outcome, ...pair[what].total() })),
      ),
    }),
  };
}

function createPair(): Pair {
  return { latency: createLatencyHistogram(), service: createLatencyHistogram() };
}
