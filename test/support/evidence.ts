import type { ProgramEvent } from '../../docker/protocol/events.ts';
import type {
  BackendStats,
  BalancerStats,
  ClientStats,
  Stats,
  TargetStats,
} from '../../docker/protocol/stats.ts';
import type { ActOfHand, Evidence, Sample } from '../../electron/host/checks/evidence.ts';
import type { Json } from '../../electron/contract/session.ts';

/** Evidence written down by hand: samples and events at chosen times, nothing measured. */
export interface Written {
  readonly now?: number;
  readonly stepOpenedAt?: number;
  readonly actBeganAt?: number;
  readonly scale?: number;
  readonly samples?: Readonly<Record<string, readonly Sample[]>>;
  readonly events?: Readonly<Record<string, readonly ProgramEvent[]>>;
  readonly settings?: Readonly<Record<string, Json>>;
  readonly picked?: Readonly<Record<string, string>>;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly prediction?: ReturnType<Evidence['prediction']>;
  readonly acts?: readonly ActOfHand[];
  readonly answers?: Readonly<Record<string, string>>;
  readonly captured?: Evidence['captured'];
  readonly ledgerDifference?: number | null;
}

export function evidence(written: Written = {}): Evidence {
  const now = written.now ?? 10_000;
  return {
    now,
    stepOpenedAt: written.stepOpenedAt ?? 0,
    actBeganAt: written.actBeganAt ?? 0,
    scale: written.scale ?? 1,
    group: (name) => written.groups?.[name] ?? [],
    picked: (name) => written.picked?.[name],
    stats: (node, at = now) => written.samples?.[node]?.findLast((sample) => sample.at <= at) ?? null,
    events: (node, since) => (written.events?.[node] ?? []).filter((event) => event.at >= since),
    settings: (node) => written.settings?.[node] ?? null,
    prediction: () => written.prediction ?? null,
    acts: written.acts ?? [],
    answer: (step) => written.answers?.[step] ?? null,
    predicted: () => null,
    captured: written.captured ?? null,
    ledgerDifference: written.ledgerDifference ?? null,
  };
}

const process = { node: 'n', startedAt: -1000, at: 0, rssBytes: 0, cpuMicros: 0 };
const latency = { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null, encoded: '' };
const counts = { received: 0, answered: 0, aborted: 0, inFlight: 0, byStatus: {} };

export function sample(at: number, stats: Stats): Sample {
  return { at, stats };
}

export function clientStats(some: Partial<ClientStats>): ClientStats {
  return {
    role: 'client',
    process,
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
    latency,
    service: latency,
    lag: latency,
    ...some,
  };
}

/** A backend that answered one load client so often with each status. */
export function backendStats(
  byStatus: Readonly<Record<string, number>>,
  faults: readonly string[] = [],
): BackendStats {
  const answered = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  return {
    role: 'backend',
    process,
    requests: { client: { ...counts, received: answered, answered, byStatus } },
    others: counts,
    connections: { accepted: 0, open: 0, carrying: 0, empty: 0, bytesReceived: 0, bytesSent: 0 },
    faults: faults.map((name) => ({ name, since: 0, applied: 0, settings: {} })),
  };
}

export function balancerStats(states: Readonly<Record<string, TargetStats['state']>>): BalancerStats {
  return {
    role: 'l4',
    process,
    connections: { accepted: 0, open: 0, refused: 0, failed: 0 },
    bytes: { received: 0, sent: 0 },
    requests: null,
    failOpen: false,
    targets: Object.fromEntries(
      Object.entries(states).map(([name, state]) => [
        name,
        {
          state,
          reason: 'as written',
          since: 0,
          passes: 0,
          failures: 0,
          nextProbeAt: null,
          probes: { sent: 0, passed: 0, connected: 0 },
          connections: { opened: 0, failed: 0, open: 0, reset: 0 },
          bytes: { toTarget: 0, fromTarget: 0 },
          requests: null,
        },
      ]),
    ),
  };
}
