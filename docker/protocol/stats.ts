import type { Json } from './json.ts';
import type { PodStats } from './kubelet.ts';
import type { QuicClientStats, QuicServerStats } from './quic.ts';
import type { RealBalancer, StoreRole } from './peers/roles.ts';
import type { SpeakerStats } from './speaker.ts';
import type { ClientTlsStats, ServerTlsStats } from './tls.ts';

/** Counters, all cumulative since the program started. Whoever wants rates subtracts. */

export interface ClientStats {
  readonly role: 'client';
  readonly process: ProcessStats;
  /** scheduled = answered + failed + inFlight + shed */
  readonly scheduled: number;
  readonly answered: number;
  readonly failed: number;
  readonly inFlight: number;
  readonly shed: number;
  /** Until sending ends by itself; left out where it does not. */
  readonly stopsInMs?: number;
  /** Attempts beyond each request's first: servers saw so many requests more. */
  readonly retried?: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byFailure: Readonly<Record<string, number>>;
  /** Answers by the server's own name, then by status. */
  readonly byServer: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly connections: {
    readonly opened: number;
    readonly failed: number;
    readonly open: number;
    readonly reused: number;
  };
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Left out until it has spoken TLS. */
  readonly tls?: ClientTlsStats;
  /** Left out by one that does not speak QUIC. */
  readonly quic?: QuicClientStats;
  readonly users: { readonly total: number; readonly served: number; readonly hurt: number };
  /** By kind of request, where the settings name a mix. */
  readonly mix?: Readonly<Record<string, MixStats>>;
  /** The first hundred users one by one: who is always hurt? */
  readonly perUser: readonly {
    readonly user: string;
    readonly ok: number;
    readonly bad: number;
    readonly server: string | null;
  }[];
  /** Since the last sample. From the intended send time, and from the real one. */
  readonly latency: LatencyStats;
  readonly service: LatencyStats;
  /** How late the generator itself was. */
  readonly lag: LatencyStats;
}

/** One kind of request in a mix. */
export interface MixStats {
  readonly sent: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly failed: number;
  /** Answers by the server's own name. */
  readonly byServer: Readonly<Record<string, number>>;
  readonly latency: LatencyBuckets;
}

/**
 * How many took at most so many milliseconds and longer than the bound below; eight bounds to a doubling. Counters like
 * all others: a percentile over any span is a subtraction away, 9 % too high at most.
 */
export type LatencyBuckets = Readonly<Record<string, number>>;

export interface LatencyStats {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** HdrHistogram V2, base64: merged without loss. */
  readonly encoded: string;
}

export interface BackendStats {
  readonly role: 'backend';
  readonly process: ProcessStats;
  /** The load clients' own requests, by client. */
  readonly requests: Readonly<Record<string, RequestCounts>>;
  /** Everyone else's: probes, a person's curl. */
  readonly others: RequestCounts;
  readonly connections: {
    readonly accepted: number;
    readonly open: number;
    /** Accepted connections that carried at least one request of a load client. */
    readonly carrying: number;
    /** Closed without a single request byte, as a TCP probe does. */
    readonly empty: number;
    /** Of connections that carried a load client's request. */
    readonly bytesReceived: number;
    readonly bytesSent: number;
  };
  /** Left out by one that holds no certificate. */
  readonly tls?: ServerTlsStats;
  /** Left out by one that never spoke QUIC. */
  readonly quic?: QuicServerStats;
  readonly faults: readonly {
    readonly name: string;
    readonly since: number;
    readonly applied: number;
    readonly settings: unknown;
  }[];
}

export interface RequestCounts {
  readonly received: number;
  readonly answered: number;
  /** The connection ended before the answer did. */
  readonly aborted: number;
  readonly inFlight: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** The keys of an L7 proxy's `own`: why it answered itself, or cut an answer short. */
export const ownCauses = [
  'no-target',
  'refused',
  'connect-timeout',
  'tls',
  'reset',
  'closed-early',
  'bad-response',
  'response-timeout',
  'queue-timeout',
  'queue-full',
  'tunnel-idle',
  'let-go',
  'client-gone',
  'policy',
  'bad-request',
  'request-timeout',
  'too-large',
] as const;

/** How an L4 forwarder's connection ended; `closed` by FIN both ways, `let-go` by an eviction, a drain or our own end. */
export const flowEnds = ['closed', 'client-reset', 'target-reset', 'idle', 'let-go', 'no-target'] as const;
export type FlowEnd = (typeof flowEnds)[number];

/** Why an L4 forwarder turned a client away before it chose a target. */
export const blockCauses = ['not-allowed', 'too-many', 'too-fast', 'proxy-header', 'no-route'] as const;
export type BlockCause = (typeof blockCauses)[number];

/** Second tries beside the first: made, first with an answer, and not made for want of budget. */
export interface HedgeCounts {
  readonly sent: number;
  readonly won: number;
  readonly overBudget: number;
}

export interface BalancerStats {
  /** A Kubernetes node is one by its kernel: it shares out connections and asks nobody how they are. */
  readonly role: 'l4' | 'l7' | 'kube-node';
  /** Set where a real system forwards and the figures are its own, as its statistics and its log say them. */
  readonly real?: RealBalancer;
  readonly process: ProcessStats;
  readonly connections: {
    readonly accepted: number;
    readonly open: number;
    readonly refused: number;
    readonly failed: number;
  };
  readonly bytes: { readonly received: number; readonly sent: number };
  /** L4 with UDP switched on: a flow is counted as a connection, its datagrams here. */
  readonly datagrams?: {
    readonly fromClients: number;
    readonly toTargets: number;
    readonly fromTargets: number;
    readonly toClients: number;
    readonly dropped: number;
    /** Sent where their QUIC connection id says. */
    readonly byConnectionId: number;
  } | null;
  /** L7 only. `own` by cause; of `policy`, which ones, by name. */
  readonly requests:
    | (RequestCounts & {
        readonly own: Readonly<Record<string, number>>;
        readonly byPolicy?: Readonly<Record<string, number>>;
        readonly hedges?: HedgeCounts;
      })
    | null;
  /** L7 only: what each policy that is on says of itself. */
  readonly policies?: Readonly<Record<string, Json>>;
  /** L4 only: how connections ended, and why some never reached a target. */
  readonly ended?: Readonly<Record<FlowEnd, number>>;
  readonly blocked?: Readonly<Record<BlockCause, number>>;
  readonly targets: Readonly<Record<string, TargetStats>>;
  readonly failOpen: boolean;
  /** Left out by one that holds no certificate. */
  readonly tls?: ServerTlsStats;
  /** Left out until it has spoken TLS with a target. */
  readonly targetTls?: ClientTlsStats;
  /** Only where the kernel forwards. */
  readonly kernel?: KernelStats;
}

export interface TargetStats {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused';
  readonly reason: string;
  readonly since: number;
  readonly passes: number;
  readonly failures: number;
  readonly nextProbeAt: number | null;
  readonly probes: { readonly sent: number; readonly passed: number; readonly connected: number };
  /** Connections made for clients: established, failed to establish, open now, reset by us on eviction. */
  readonly connections: {
    readonly opened: number;
    readonly failed: number;
    readonly open: number;
    readonly reset: number;
  };
  readonly bytes: { readonly toTarget: number; readonly fromTarget: number };
  /** Where the kernel counts packets; its bytes are then whole IP packets. Null: that way does not pass here. */
  readonly packets?: { readonly toTarget: number; readonly fromTarget: number | null };
  readonly requests: RequestCounts | null;
  /** L7 only: connections kept to it, and requests that wait for one. */
  readonly pool?: {
    readonly open: number;
    readonly idle: number;
    readonly queued: number;
    readonly limit: number;
  } | null;
}

export interface ProcessStats {
  readonly node: string;
  readonly startedAt: number;
  readonly at: number;
  /** Resident memory of its own; without the executable's pages, which all nodes share, where the platform can tell. */
  readonly rssBytes: number;
  readonly cpuMicros: number;
  /** Where the node has a network of its own. */
  readonly network?: NetworkStats | null;
  /** Load clients alone say it: it is the same for all nodes of a machine. */
  readonly machine?: MachineStats | null;
}

/** The processors of the whole machine, cumulative since it was started. */
export interface MachineStats {
  readonly cores: number;
  readonly busyMicros: number;
  /** Of that, what the kernel did for packets and timers. */
  readonly softirqMicros: number;
}

/** An interface's own counters: whole frames, whoever they were for. */
export interface NetworkStats {
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
}

/** What stands in the kernel of a node, as its own tools read it back. */
export interface KernelStats {
  readonly plane: string;
  readonly rules: readonly KernelRule[];
  /** Packets that were thrown away before anything looked at them. */
  readonly dropped: {
    readonly packets: number;
    readonly bytes: number;
    /** What it took to judge them, by whoever did, who may have timed only some of them; left out where nobody has a clock. */
    readonly nanos?: number;
  } | null;
  /** Why the kernel does not hold what was wanted; null while it does. */
  readonly trouble: string | null;
  /** Left out where the node shares no address with others. */
  readonly speaker?: SpeakerStats;
}

/** One rule of a chain, with what the kernel counted at it; null where it has no counter. */
export interface KernelRule {
  readonly chain: string;
  readonly text: string;
  readonly packets: number | null;
  readonly bytes: number | null;
}

/** It holds pods rather than traffic: what each of them is, and what its probes said last. */
export interface KubeletStats {
  readonly role: 'kubelet';
  readonly process: ProcessStats;
  readonly pods: Readonly<Record<string, PodStats>>;
}

/** A real store or service: what its own statistics say, by short names with their unit in them. */
export interface StoreStats {
  readonly role: StoreRole;
  readonly process: ProcessStats;
  /** False while it cannot be asked: it starts, is frozen, or refuses. */
  readonly answers: boolean;
  /** Gauges and cumulative counters; empty until it has answered once. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A workplace: it counts nothing. */
export interface ToolsStats {
  readonly role: 'tools';
  readonly process: ProcessStats;
}

export type Stats = ClientStats | BackendStats | BalancerStats | KubeletStats | StoreStats | ToolsStats;
