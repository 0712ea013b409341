import type { Json } from './json.ts';
import type { ProgramEvent, RequestRecord } from './events.ts';
import type { Stats } from './stats.ts';

/**
 * The admin API, the same on every role: HTTP/1.1 and, on the same socket, HTTP/2 by prior knowledge, which lets the
 * host run one stream of `watch` beside any number of calls over a single held connection.
 *
 *   GET   /                 identity
 *   GET   /stats            counters now
 *   GET   /events?after=N   the ring, from sequence number N on
 *   GET   /requests         sampled request records, newest last
 *   GET   /watch?ms=250     NDJSON: events at once, stats every so many ms, request records with them
 *   GET   /settings         PATCH /settings: a JSON merge patch, validated, live
 *   GET   /faults           (backend) every fault with its schema; PUT, DELETE /faults/NAME
 *   POST  /reset            back to the config the program was started with
 */
export interface Identity {
  readonly node: string;
  readonly role: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly version: number;
}

export type WatchLine =
  | { readonly kind: 'hello'; readonly identity: Identity; readonly at: number }
  | { readonly kind: 'stats'; readonly at: number; readonly stats: Stats }
  | { readonly kind: 'event'; readonly event: ProgramEvent }
  | { readonly kind: 'requests'; readonly oneIn: number; readonly records: readonly RequestRecord[] };

export interface FaultListing {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** JSON Schema of the fault's own settings. */
  readonly schema: Json;
  /** JSON Schema of the scope that this fault can keep: one of the whole process has no paths. */
  readonly scopeSchema: Json;
  /** Null while it is off. */
  readonly active: {
    readonly settings: Json;
    readonly scope: Json;
    readonly since: number;
    readonly applied: number;
    /** False while its schedule has it waiting. */
    readonly effective?: boolean;
  } | null;
}

export interface AdminError {
  readonly error: {
    readonly code: 'bad-request' | 'not-found' | 'internal';
    readonly message: string;
    readonly where?: string;
  };
}
