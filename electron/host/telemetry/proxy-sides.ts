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
    own: Object.entries(ownAnswers(now))
      .filter(([, total]) => total > 0)
      .map(([cause, total]): OwnRow => ({
        cause,
        total,
        perSecond: per(total, before === null ? 0 : ownAnswers(before)[cause]),
      }))
      .sort((a, b) => b.total - a.total),
    hedges: hedgesOf(now),
  };
}

/** By cause; what policies answered by their names, where the proxy tells them apart. */
function ownAnswers({ requests }: BalancerStats): Readonly<Record<string, number>> {
  const { policy = 0, ...causes } = requests?.own ?? {};
  const byPolicy = Object.entries(requests?.byPolicy ?? {});
  if (byPolicy.length === 0) return { ...causes, policy };
  const named: [string, number][] = byPolicy.map(([name, count]) => [`policy ${name}`, count]);
  return { ...causes, ...Object.fromEntries(named) };
}

function hedgesOf({ requests }: BalancerStats): ProxySides['hedges'] {
  const hedges = requests?.hedges ?? null;
  return hedges === null || hedges.sent + hedges.overBudget === 0 ? null : hedges;
}
