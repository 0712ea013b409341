import type {
  BackendStats,
  BalancerStats,
  ClientStats,
  LatencyStats,
  ProcessStats,
  RequestCounts,
  TargetStats,
} from '../../docker/protocol/stats.ts';

/** Counters as a program would report them, with only what a test is about spelled out. */
export function processStats(node: string, startedAt = 0, at = 1000): ProcessStats {
  return { node, startedAt, at, rssBytes: 1_000_000, cpuMicros: 0 };
}

const noLatency: LatencyStats = { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null, encoded: '' };

export function clientStats(part: Partial<ClientStats> = {}): ClientStats {
  return {
    role: 'client',
    process: processStats('client'),
    scheduled: 0,
    answered: 0,
    failed: 0,
    inFlight: 0,
    shed: 0,
    byStatus: {},
    byFailure: {},
    byServer: {},
    connections: { opened: 0, failed: 0, open: 0, reused: 0 },
    bytes: { sent: 0, received: 0 },
    users: { total: 0, served: 0, hurt: 0 },
    perUser: [],
    latency: noLatency,
    service: noLatency,
    lag: noLatency,
    ...part,
  };
}

export function requestCounts(part: Partial<RequestCounts> = {}): RequestCounts {
  return { received: 0, answered: 0, aborted: 0, inFlight: 0, byStatus: {}, ...part };
}

export function backendStats(part: Partial<BackendStats> = {}): BackendStats {
  return {
    role: 'backend',
    process: processStats('backend-1'),
    requests: {},
    others: requestCounts(),
    connections: { accepted: 0, open: 0, carrying: 0, empty: 0, bytesReceived: 0, bytesSent: 0 },
    faults: [],
    ...part,
  };
}

export function targetStats(part: Partial<TargetStats> = {}): TargetStats {
  return {
    state: 'healthy',
    reason: '',
    since: 0,
    passes: 0,
    failures: 0,
    nextProbeAt: null,
    probes: { sent: 0, passed: 0, connected: 0 },
    connections: { opened: 0, failed: 0, open: 0, reset: 0 },
    bytes: { toTarget: 0, fromTarget: 0 },
    requests: null,
    ...part,
  };
}

export function balancerStats(part: Partial<BalancerStats> = {}): BalancerStats {
  return {
    role: 'l4',
    process: processStats('balancer'),
    connections: { accepted: 0, open: 0, refused: 0, failed: 0 },
    bytes: { received: 0, sent: 0 },
    requests: null,
    targets: {},
    failOpen: false,
    ...part,
  };
}
