import type { ClientStats, LatencyBuckets } from '../../../docker/protocol/stats.ts';
import { countsSince, sumOf } from '../telemetry/latency-buckets.ts';
import type { Span } from './since.ts';

/** What ended of a client's requests between two readings, all or one kind of its mix. */
export interface KindCounts {
  readonly ended: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly latency: LatencyBuckets;
}

export function kindBetween({ first, last }: Span<ClientStats>, kind: string | undefined): KindCounts {
  return minus(read(last, kind), read(first, kind));
}

function read(stats: ClientStats, kind: string | undefined): KindCounts {
  if (kind === undefined) {
    return { ended: stats.answered + stats.failed, byStatus: stats.byStatus, latency: {} };
  }
  const { byStatus = {}, failed = 0, latency = {} } = stats.mix?.[kind] ?? {};
  return { ended: sumOf(byStatus) + failed, byStatus, latency };
}

function minus(last: KindCounts, first: KindCounts): KindCounts {
  return {
    ended: last.ended - first.ended,
    byStatus: countsSince(last.byStatus, first.byStatus),
    latency: countsSince(last.latency, first.latency),
  };
}
