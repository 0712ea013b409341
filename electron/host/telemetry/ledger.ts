import type { FailureKind } from '../../../docker/protocol/client.ts';
import type { BackendStats, BalancerStats, ClientStats } from '../../../docker/protocol/stats.ts';
import type { Ledger, LedgerRow } from '../../contract/measure.ts';

/** Counters summed over every process a node has had, and how many processes died with counts in them. */
export interface LedgerInput {
  readonly at: number;
  readonly settled: boolean;
  readonly clients: readonly ClientStats[];
  readonly balancers: readonly BalancerStats[];
  readonly backends: readonly BackendStats[];
  /** What the dead could have counted at most since their last sample. */
  readonly unwitnessedAtMost: number;
  readonly kept: boolean;
}

/**
 * Pure. Client, balancer and backend each say what they counted. An L4 balancer witnesses connections and bytes only,
 * so requests reconcile between clients and backends; with one request per connection, connections reconcile between
 * all three.
 */
export function reconcile(input: LedgerInput): Ledger {
  const rows = [conservation(input), answers(input), ...connections(input), ...bytes(input)];
  return { at: input.at, settled: input.settled, rows };
}

export function totalDifference(ledger: Ledger): number {
  return ledger.rows.reduce(
    (sum, row) => sum + Math.max(0, Math.abs(row.difference) - row.explained - row.unwitnessed),
    0,
  );
}

function conservation({ clients }: LedgerInput): LedgerRow {
  const scheduled = sum(clients, (c) => c.scheduled);
  const answered = sum(clients, (c) => c.answered);
  const failed = sum(clients, (c) => c.failed);
  const inFlight = sum(clients, (c) => c.inFlight);
  const shed = sum(clients, (c) => c.shed);
  return {
    what: 'Requests the clients scheduled',
    counts: { scheduled, answered, failed, 'in flight': inFlight, shed },
    difference: scheduled - answered - failed - inFlight - shed,
    explained: 0,
    unwitnessed: 0,
    note: 'scheduled = answered + failed + in flight + shed, each counted by the clients',
  };
}

function answers({ clients, backends, balancers, unwitnessedAtMost }: LedgerInput): LedgerRow {
  const l7 = balancers.filter((b) => b.role === 'l7');
  const ownAnswers = sum(l7, (b) => sum(Object.values(b.requests?.own ?? {}), (n) => n));
  const byClients = sum(clients, (c) => c.answered) - ownAnswers;
  const byBackends = sum(backends, (b) => sum(Object.values(b.requests), (r) => r.answered));
  const givenUp = sum(clients, (c) => sum(answersLost, (kind) => c.byFailure[kind] ?? 0));
  const difference = byBackends - byClients;
  const explained = Math.min(Math.max(0, difference), givenUp);
  return {
    what: 'Requests answered by backends',
    counts: {
      clients: byClients,
      'L4 balancer': balancers.some((b) => b.role === 'l4') ? null : 0,
      ...(l7.length === 0 ? {} : { 'L7 proxy': sum(l7, (b) => b.requests?.answered ?? 0) - ownAnswers }),
      backends: byBackends,
    },
    difference,
    explained,
    unwitnessed: Math.min(Math.abs(difference) - explained, unwitnessedAtMost),
    note:
      difference > 0
        ? `backends finished answers that no client could use: ${givenUp} requests had timed out, or broke on the way`
        : 'a Layer 4 balancer cannot count requests',
  };
}

/** How a client's request can fail although a backend wrote an answer, or a part of one. */
const answersLost: readonly FailureKind[] = [
  'first-byte-timeout',
  'total-timeout',
  'reset',
  'closed-early',
  'truncated',
  'bad-response',
  'lost-after-move',
];

function connections({ clients, backends, balancers, kept, unwitnessedAtMost }: LedgerInput): LedgerRow[] {
  const l4 = balancers.filter((b) => b.role === 'l4');
  if (l4.length === 0) return [];
  const opened = sum(clients, (c) => c.connections.opened);
  const accepted = sum(l4, (b) => b.connections.accepted);
  const forwarded = sum(l4, (b) => sum(Object.values(b.targets), (t) => t.connections.opened));
  const carrying = sum(backends, (b) => b.connections.carrying);
  const empty = sum(backends, (b) => b.connections.empty);
  // Kept connections may be spares that never carry a request.
  const silent = kept ? 0 : forwarded - carrying;
  const explained = Math.min(Math.max(0, silent), empty);
  return [
    {
      what: 'Connections from clients',
      counts: { clients: opened, 'L4 accepted': accepted },
      difference: opened - accepted,
      explained: 0,
      unwitnessed: Math.min(Math.abs(opened - accepted), unwitnessedAtMost),
      note: 'each counts what it opened or accepted itself',
    },
    {
      what: 'Connections to backends',
      counts: {
        'L4 to targets': forwarded,
        'backends (with a request)': carrying,
        'backends (without one)': empty,
      },
      difference: silent,
      explained,
      unwitnessed: Math.min(Math.abs(silent) - explained, unwitnessedAtMost),
      note: kept
        ? 'connections are kept: one may close before it carried a request'
        : silent > 0
          ? 'some ended before a backend read a request: reset by it, or given up; probes are among those without one'
          : 'one request per connection: balancer and backends count the same thing',
    },
  ];
}

function bytes({ backends, balancers, unwitnessedAtMost }: LedgerInput): LedgerRow[] {
  const l4 = balancers.filter((b) => b.role === 'l4');
  if (l4.length === 0) return [];
  const fromTargets = sum(l4, (b) => sum(Object.values(b.targets), (t) => t.bytes.fromTarget));
  const byBackends = sum(backends, (b) => b.connections.bytesSent);
  const difference = byBackends - fromTargets;
  return [
    {
      what: 'Bytes from backends',
      counts: { 'L4 from targets': fromTargets, backends: byBackends },
      difference,
      explained: 0,
      unwitnessed: unwitnessedAtMost === 0 ? 0 : Math.abs(difference),
      note: 'what a backend wrote on connections that carried a client’s request',
    },
  ];
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
