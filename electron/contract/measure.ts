/** Everything measured. Each figure names its witness: the node whose counter it is. */

/** One sample of all figures, four a second. Rates are per second over the sample's own length. */
export interface Tick {
  readonly seq: number;
  readonly at: number;
  readonly lengthMs: number;
  readonly clients: Readonly<Record<string, ClientTick>>;
  readonly balancers: Readonly<Record<string, BalancerTick>>;
  readonly backends: Readonly<Record<string, BackendTick>>;
  /** Resident memory in bytes, by node. */
  readonly memory: Readonly<Record<string, number>>;
  /** Processor time, as a share of one core, by node. */
  readonly cpu?: Readonly<Record<string, number>>;
  /** Real stores, by their own statistics; left out where there is none. */
  readonly stores?: Readonly<Record<string, StoreTick>>;
}

export interface StoreTick {
  /** False while it cannot be asked: frozen, starting or refusing. Then the figures are the last it gave. */
  readonly answers: boolean;
  readonly figures: Readonly<Record<string, number>>;
  /** What each figure gained a second. */
  readonly gained: Readonly<Record<string, number>>;
}

export interface ClientTick {
  readonly offered: number;
  readonly answered: number;
  /** Per second, by outcome: "2xx", "5xx", "timeout", "reset", ... */
  readonly outcomes: Readonly<Record<string, number>>;
  /** From the intended send time; null when nothing was answered in the sample. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly inFlight: number;
  /** How far the load generator is behind its own schedule. */
  readonly lagMs: number;
  /** Until its sending ends by itself; left out where it does not. */
  readonly stopsInMs?: number;
}

export interface BalancerTick {
  readonly layer: 'l4' | 'l7';
  readonly connections: number;
  readonly open: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** L7 only; an L4 balancer does not see requests. */
  readonly requests: number | null;
  readonly outcomes: Readonly<Record<string, number>> | null;
  /** Requests that wait for a connection to a target; left out where nobody counts them. */
  readonly queued?: number;
  readonly targets: Readonly<
    Record<string, { readonly connections: number; readonly open: number; readonly failed: number }>
  >;
}

export interface BackendTick {
  readonly requests: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly inFlight: number;
  readonly connections: number;
  readonly open: number;
}

/** Topic `rates`: the last few ticks, so that a coalesced update loses none. */
export interface Rates {
  readonly ticks: readonly Tick[];
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused';

export interface HealthView {
  readonly balancers: readonly BalancerHealth[];
  readonly kubelets: readonly KubeletHealth[];
}

/** What a kubelet holds its pods to be, by its own word. */
export interface KubeletHealth {
  readonly kubelet: string;
  readonly pods: readonly PodRow[];
}

export interface PodRow {
  readonly pod: string;
  readonly phase: 'unknown' | 'starting' | 'running' | 'stopping' | 'back-off' | 'gone';
  readonly ready: boolean;
  readonly restarts: number;
  /** End of the back-off, of preStop or of the grace period; null where nothing is timed. */
  readonly until: number | null;
  /** What the balancers were last told of it; null: nothing yet. */
  readonly published: 'ready' | 'not-ready' | 'gone' | null;
  readonly probes: readonly {
    readonly kind: 'startup' | 'readiness' | 'liveness';
    readonly result: 'unknown' | 'success' | 'failure';
    readonly inARow: number;
    readonly detail: string;
  }[];
}

export interface BalancerHealth {
  readonly balancer: string;
  readonly layer: 'l4' | 'l7';
  readonly persona: string | null;
  /** "TCP connect every 10 s, 2 failures to leave, 5 passes to return" */
  readonly check: string;
  readonly failOpen: boolean;
  readonly scale: number;
  /** Time from a fault that the check can see to eviction, as the settings predict, in wall-clock ms. */
  /** Null: nobody looks, or only real traffic decides; `predictedWords` says which. */
  readonly predictedMs: readonly [number, number] | null;
  readonly predictedWords: string;
  readonly rows: readonly HealthRow[];
}

export interface HealthRow {
  readonly target: string;
  readonly address: string;
  readonly state: TargetState;
  readonly reason: string;
  readonly since: number;
  readonly lastProbe: ProbeView | null;
  /** Newest last, bounded; the probe lane draws these. */
  readonly probes: readonly ProbeView[];
  readonly passes: number;
  readonly passesNeeded: number;
  readonly failures: number;
  readonly failuresAllowed: number;
  readonly nextProbeAt: number | null;
  readonly openConnections: number;
  /** Last eviction or return, as measured from the change that caused it. */
  readonly measured: {
    readonly what: 'evicted' | 'returned';
    readonly ms: number;
    readonly from: string;
    readonly predictedMs: readonly [number, number] | null;
  } | null;
  readonly bill: Bill | null;
  /** Hurt again: the target came back while its fault was still on. All such times of one fault together. */
  readonly returnBill?: Bill | null;
}

export interface ProbeView {
  readonly at: number;
  readonly ok: boolean;
  /** HAProxy's vocabulary: L4OK, L4TOUT, L4CON, L6OK, L7OK, L7STS, L7TOUT, L7RSP ... */
  readonly code: string;
  readonly detail: string;
  readonly ms: number;
}

/** Who was hurt while the balancer could not see it. */
export interface Bill {
  readonly from: number;
  readonly to: number | null;
  /** All that went wrong in that time. */
  readonly requests: number;
  /** Of them, bad answers with this target's name. */
  readonly named: number;
  /** Hurt by anyone in that time, one by one among the users that the witness counts singly. */
  readonly users: number;
  /** There were more users than those. */
  readonly usersAtLeast?: boolean;
  readonly witness: string;
}

/** One request as its client saw it, with what the other witnesses add. */
export interface RequestRow {
  readonly id: string;
  readonly at: number;
  readonly client: string;
  readonly user: string;
  readonly connection: string;
  readonly method: string;
  readonly path: string;
  /** "200", "500", "timeout", "reset", "refused", ... */
  readonly outcome: string;
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly serviceMs: number;
  /** The backend's own name from its answer; null when there was no answer. */
  readonly server: string | null;
}

/** Topic `requests`. */
export interface RequestLog {
  /** One in how many requests is kept, by a hash of its id. */
  readonly oneIn: number;
  readonly rows: readonly RequestRow[];
}

/** Topic `users`: how each user fared over the last moments, by the clients' own count. */
export interface Users {
  readonly windowMs: number;
  readonly clients: readonly {
    readonly client: string;
    readonly total: number;
    /** The first hundred users. */
    readonly rows: readonly UserRow[];
  }[];
}

export interface UserRow {
  readonly user: string;
  readonly ok: number;
  readonly bad: number;
  readonly server: string | null;
}

/** What each witness says of one request; a hop that cannot see requests says so. */
export interface RequestStory {
  readonly id: string;
  readonly hops: readonly {
    readonly node: string;
    /** Of a balancer: what it can see at all. */
    readonly layer: 'l4' | 'l7' | null;
    readonly saw: string;
    readonly at: number | null;
    readonly facts: Readonly<Record<string, string>>;
  }[];
}

export type TimelineKind = 'fault' | 'setting' | 'health' | 'node' | 'action' | 'check' | 'engine' | 'alert';

export interface TimelineEntry {
  readonly seq: number;
  readonly at: number;
  readonly kind: TimelineKind;
  readonly node: string | null;
  readonly target: string | null;
  readonly tone: 'good' | 'bad' | 'neutral';
  readonly text: string;
}

export interface Timeline {
  readonly entries: readonly TimelineEntry[];
}

export interface LedgerRow {
  readonly what: string;
  /** What each witness counted, by node or group; null where that witness cannot see it. */
  readonly counts: Readonly<Record<string, number | null>>;
  readonly difference: number;
  /** The part of the difference whose whereabouts another count tells; the note says which. */
  readonly explained: number;
  /** Bounded, never guessed: counts a dead process took with it. */
  readonly unwitnessed: number;
  readonly note: string;
}

export interface Ledger {
  readonly at: number;
  /** Only a quiet system can be expected to agree to the unit. */
  readonly settled: boolean;
  readonly rows: readonly LedgerRow[];
}

export interface LogLine {
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface Logs {
  readonly lines: readonly LogLine[];
}
