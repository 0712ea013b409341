import { createDurationBuckets } from '../duration-buckets.ts';
import { createLatencyCounter } from '../../lib/latency-buckets.ts';
import type { LatencyCounter } from '../../lib/latency-buckets.ts';
import type { RouteStats } from '../../protocol/l7/policy-stats.ts';
import { createStatusCounts } from '../status-counts.ts';
import type { CallEnd } from './policy.ts';

/** The books of one route; kept under its name, whatever becomes of its settings. */
export interface RouteCounter {
  start(group: string | null): void;
  end(end: CallEnd): void;
  mirror(what: 'sent' | 'answered' | 'failed'): void;
  view(words: RouteWords): RouteStats;
}

export type RouteWords = Pick<RouteStats, 'match' | 'does'>;

export function createRouteCounter(): RouteCounter {
  const latency: LatencyCounter = createLatencyCounter();
  const durations = createDurationBuckets();
  const byStatus = createStatusCounts();
  const byGroup: Record<string, number> = {};
  const mirrored = { sent: 0, answered: 0, failed: 0 };
  let requests = 0;
  return {
    start(group) {
      requests += 1;
      if (group !== null) byGroup[group] = (byGroup[group] ?? 0) + 1;
    },
    end({ status, latencyMs }) {
      byStatus.add(status);
      latency.record(latencyMs);
      durations.record(latencyMs);
    },
    mirror(what) {
      mirrored[what] += 1;
    },
    view: (words) => ({
      ...words,
      requests,
      byStatus: byStatus.view(),
      byGroup: { ...byGroup },
      latency: latency.view(),
      durations: durations.view(),
      mirrored: { ...mirrored },
    }),
  };
}
