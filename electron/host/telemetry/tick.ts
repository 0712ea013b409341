import type {
  BackendStats,
  BalancerStats,
  ClientStats,
  RequestCounts,
  Stats,
  StoreStats,
} from '../../../docker/protocol/stats.ts';
import type { BackendTick, BalancerTick, ClientTick, StoreTick, Tick } from '../../contract/measure.ts';
import type { Sample } from '../checks/evidence.ts';

/**
 * Pure: two samples of each node give the rates between them. A node that gave no new sample, or whose process is a
 * new one, has no rate: it is left out rather than drawn as zero.
 */
export function makeTick(
  seq: number,
  at: number,
  before: ReadonlyMap<string, Sample>,
  now: ReadonlyMap<string, Sample>,
): Tick {
  const clients: Record<string, ClientTick> = {};
  const balancers: Record<string, BalancerTick> = {};
  const backends: Record<string, BackendTick> = {};
  const memory: Record<string, number> = {};
  const cpu: Record<string, number> = {};
  const stores: Record<string, StoreTick> = {};
  let lengthMs = 0;
  for (const [node, sample] of now) {
    memory[node] = sample.stats.process.rssBytes;
    const last = before.get(node);
    if (last === undefined || !sameProcess(last.stats, sample.stats) || sample.at <= last.at) continue;
    const span = sample.at - last.at;
    lengthMs = Math.max(lengthMs, span);
    const per = (later: number, earlier: number): number => round(((later - earlier) * 1000) / span);
    const { stats } = sample;
    // Microseconds a millisecond are thousandths of a core.
    cpu[node] = round((stats.process.cpuMicros - last.stats.process.cpuMicros) / span / 1000);
    if (stats.role === 'client' && last.stats.role === 'client')
      clients[node] = clientTick(last.stats, stats, per);
    else if (stats.role === 'backend' && last.stats.role === 'backend')
      backends[node] = backendTick(last.stats, stats, per);
    else if (isBalancer(stats) && isBalancer(last.stats))
      balancers[node] = balancerTick(last.stats, stats, per);
    else if (isStore(stats) && isStore(last.stats)) stores[node] = storeTick(last.stats, stats, per);
  }
  const kept = Object.keys(stores).length > 0 ? { stores } : {};
  return { seq, at, lengthMs, clients, balancers, backends, memory, cpu, ...kept };
}

export function sameProcess(a: Stats, b: Stats): boolean {
  return a.process.startedAt === b.process.startedAt;
}

export function isStore(stats: Stats): stats is StoreStats {
  return 'figures' in stats;
}

export function isBalancer(stats: Stats): stats is BalancerStats {
  return stats.role === 'l4' || stats.role === 'l7' || stats.role === 'kube-node';
}

/** "503" is drawn as 5xx: few bands, one meaning each. */
export function statusClass(status: string): string {
  return /^\d{3}$/.test(status) ? `${status.charAt(0)}xx` : status;
}

type Per = (later: number, earlier: number) => number;

function clientTick(last: ClientStats, now: ClientStats, per: Per): ClientTick {
  return {
    offered: per(now.scheduled, last.scheduled),
    answered: per(now.answered, last.answered),
    outcomes: {
      ...ratesByClass(last.byStatus, now.byStatus, per),
      ...rates(last.byFailure, now.byFailure, per),
    },
    p50Ms: now.latency.p50Ms,
    p95Ms: now.latency.p95Ms,
    p99Ms: now.latency.p99Ms,
    inFlight: now.inFlight,
    lagMs: now.lag.p99Ms ?? 0,
    ...(now.stopsInMs === undefined ? {} : { stopsInMs: now.stopsInMs }),
  };
}

function backendTick(last: BackendStats, now: BackendStats, per: Per): BackendTick {
  const sum = (stats: BackendStats, of: (counts: RequestCounts) => number): number =>
    Object.values(stats.requests).reduce((total, counts) => total + of(counts), 0);
  return {
    requests: per(
      sum(now, (c) => c.received),
      sum(last, (c) => c.received),
    ),
    outcomes: ratesByClass(allStatuses(last), allStatuses(now), per),
    inFlight: sum(now, (c) => c.inFlight),
    connections: per(now.connections.accepted, last.connections.accepted),
    open: now.connections.open,
  };
}

function balancerTick(last: BalancerStats, now: BalancerStats, per: Per): BalancerTick {
  const targets: Record<string, { connections: number; open: number; failed: number }> = {};
  const pools = Object.values(now.targets).flatMap(({ pool }) => pool ?? []);
  for (const [id, target] of Object.entries(now.targets)) {
    const was = last.targets[id];
    targets[id] = {
      connections: per(target.connections.opened, was?.connections.opened ?? 0),
      open: target.connections.open,
      failed: per(target.connections.failed, was?.connections.failed ?? 0),
    };
  }
  return {
    layer: now.role === 'l7' ? 'l7' : 'l4',
    connections: per(now.connections.accepted, last.connections.accepted),
    open: now.connections.open,
    bytesIn: per(now.bytes.received, last.bytes.received),
    bytesOut: per(now.bytes.sent, last.bytes.sent),
    requests: now.requests === null ? null : per(now.requests.received, last.requests?.received ?? 0),
    outcomes:
      now.requests === null ? null : ratesByClass(last.requests?.byStatus ?? {}, now.requests.byStatus, per),
    ...(pools.length === 0 ? {} : { queued: pools.reduce((sum, { queued }) => sum + queued, 0) }),
    targets,
  };
}

function storeTick(last: StoreStats, now: StoreStats, per: Per): StoreTick {
  const { answers, figures } = now;
  return { answers, figures, gained: rates(last.figures, figures, per) };
}

function allStatuses(stats: BackendStats): Record<string, number> {
  const all: Record<string, number> = {};
  for (const counts of Object.values(stats.requests)) {
    for (const [status, count] of Object.entries(counts.byStatus)) all[status] = (all[status] ?? 0) + count;
  }
  return all;
}

function rates(
  last: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
  per: Per,
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [name, count] of Object.entries(now)) result[name] = per(count, last[name] ?? 0);
  return result;
}

function ratesByClass(
  last: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
  per: Per,
): Record<string, number> {
  return rates(byClass(last), byClass(now), per);
}

function byClass(counts: Readonly<Record<string, number>>): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [status, count] of Object.entries(counts)) {
    const name = statusClass(status);
    result[name] = (result[name] ?? 0) + count;
  }
  return result;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
