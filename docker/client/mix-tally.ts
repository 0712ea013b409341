import { createLatencyCounter } from '../lib/latency-buckets.ts';
import type { LatencyCounter } from '../lib/latency-buckets.ts';
import { unnamedServer } from '../protocol/client.ts';
import type { MixStats } from '../protocol/stats.ts';
import type { Ending } from './exchange.ts';

/** The books of each kind of request in a mix. */
export interface MixTally {
  sent(kind: string): void;
  ended(kind: string, ending: Ending, latencyMs: number): void;
  /** Undefined until a mix has sent something. */
  view(): Readonly<Record<string, MixStats>> | undefined;
}

interface Counts {
  sent: number;
  failed: number;
  readonly byStatus: Record<string, number>;
  readonly byServer: Record<string, number>;
  readonly latency: LatencyCounter;
}

export function createMixTally(): MixTally {
  const kinds = new Map<string, Counts>();
  const countsOf = (kind: string): Counts => {
    let found = kinds.get(kind);
    if (found === undefined) {
      kinds.set(
        kind,
        (found = { sent: 0, failed: 0, byStatus: {}, byServer: {}, latency: createLatencyCounter() }),
      );
    }
    return found;
  };
  return {
    sent(kind) {
      countsOf(kind).sent += 1;
    },
    ended(kind, { status, server }, latencyMs) {
      const counts = countsOf(kind);
      counts.latency.record(latencyMs);
      if (status === null) {
        counts.failed += 1;
        return;
      }
      const by = server ?? unnamedServer;
      counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1;
      counts.byServer[by] = (counts.byServer[by] ?? 0) + 1;
    },
    view() {
      if (kinds.size === 0) return undefined;
      return Object.fromEntries(
        [...kinds].map(([kind, { sent, failed, byStatus, byServer, latency }]) => [
          kind,
          { sent, failed, byStatus: { ...byStatus }, byServer: { ...byServer }, latency: latency.view() },
        ]),
      );
    },
  };
}
