import type { BalancerStats, RequestCounts } from '../protocol/stats.ts';

/** What a real balancer's log says of one finished request. */
export interface Finished {
  readonly target: string | null;
  /** The load client's name; empty for everyone else's. */
  readonly client: string;
  /** Null: it ended without a status. */
  readonly status: number | null;
  readonly cause: string | null;
}

/**
 * Requests as the balancer's own log counts them. The ledger speaks of the load clients' requests, so a person's curl is
 * counted for the target only.
 */
export interface RequestTally {
  add(finished: Finished): void;
  /** `begun`: all requests that the balancer says it has taken, by whoever, where it says so. */
  requests(inFlight: number): NonNullable<BalancerStats['requests']>;
  target(id: string): RequestCounts;
  /** Of everybody. */
  readonly finished: number;
}

interface Counts {
  answered: number;
  aborted: number;
  readonly byStatus: Record<string, number>;
}

export function createRequestTally(): RequestTally {
  const all = none();
  const own: Record<string, number> = {};
  const targets = new Map<string, Counts>();
  let finished = 0;
  return {
    add({ target, client, status, cause }) {
      finished += 1;
      if (target !== null) {
        const counts = targets.get(target) ?? none();
        targets.set(target, counts);
        count(counts, status);
      }
      if (client === '') return;
      count(all, status);
      if (cause !== null) own[cause] = (own[cause] ?? 0) + 1;
    },
    requests: (inFlight) => ({ ...frozen(all, inFlight), own: { ...own } }),
    target: (id) => frozen(targets.get(id) ?? none(), 0),
    get finished() {
      return finished;
    },
  };
}

function none(): Counts {
  return { answered: 0, aborted: 0, byStatus: {} };
}

function count(counts: Counts, status: number | null): void {
  if (status === null) {
    counts.aborted += 1;
    return;
  }
  counts.answered += 1;
  counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1;
}

function frozen({ answered, aborted, byStatus }: Counts, inFlight: number): RequestCounts {
  return { received: answered + aborted + inFlight, answered, aborted, inFlight, byStatus: { ...byStatus } };
}
