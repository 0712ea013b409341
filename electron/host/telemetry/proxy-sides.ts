import type { BalancerStats } from '../../../docker/protocol/stats.ts';
import type { OwnRow, PoolRow, ProxySides } from '../../contract/policies.ts';

/** Pure: both sides of a proxy, from two readings of its counters. */
export function proxySides(before: BalancerStats | null, now: BalancerStats, seconds: number): ProxySides {
  const per = (later: number, earlier = 0): number => (later - earlier) / seconds;
  return {
    clients: {
      open: now.connections.open,
      openedPerSecond: per(now.connections.accepted, before?.connections.accepted),
    },
    requestsPerSecond: per(now.requests?.received ?? 0, before?.requests?.received),
    underWay: now.requests?.inFlight ?? 0,
    targets: Object.entries(now.targets).map(([target, { connections, pool }]): PoolRow => ({
      target,
      open: connections.open,
      openedPerSecond: per(connections.opened, before?.targets[target]?.connections.opened),
      idle: pool?.idle ?? null,
      queued: pool?.queued ?? null,
      limit: pool?.limit ?? null,
    })),
    own: Object.entries(now.requests?.own ?? {})
      .filter(([, total]) => total > 0)
      .map(([cause, total]): OwnRow => ({
        cause,
        total,
        perSecond: per(total, before?.requests?.own[cause]),
      }))
      .sort((a, b) => b.total - a.total),
  };
}
