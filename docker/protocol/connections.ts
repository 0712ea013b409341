import type { BlockCause, FlowEnd } from './stats.ts';

/** `GET /connections?limit=100&before=ID` of an L4 forwarder: open connections, the newest first, a page at a time. */
export interface ConnectionPage {
  readonly open: number;
  readonly connections: readonly ConnectionRow[];
  /** `before` of the next page; null where this is the last. */
  readonly next: number | null;
  /** Those that ended lately, the newest first; TCP only, and kept only while somebody asks. */
  readonly ended: readonly EndedConnection[];
}

export interface EndedConnection extends ConnectionRow {
  readonly end: FlowEnd | BlockCause;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface ConnectionRow {
  readonly id: number;
  readonly protocol: 'tcp' | 'udp';
  readonly state: ConnectionState;
  /** Null until one was chosen. */
  readonly target: string | null;
  /** Known only of picks made while somebody looked at the table. */
  readonly why: string | null;
  readonly client: { readonly from: string; readonly to: string };
  /** The client's address by a PROXY header, where one stated another than the socket's. */
  readonly stated: string | null;
  readonly upstream: { readonly from: string; readonly to: string } | null;
  /** What the client's TLS says in the clear; null: not looked at, or nothing said. */
  readonly serverName: string | null;
  readonly alpn: readonly string[];
  readonly bytesToTarget: number;
  readonly bytesFromTarget: number;
  readonly ageMs: number;
  readonly idleMs: number;
}

/**
 * `opening`: its first bytes are awaited. `dialling`: a target is being connected. `client-done`, `target-done`: that
 * side has sent its FIN and the other goes on.
 */
export type ConnectionState = 'opening' | 'dialling' | 'open' | 'client-done' | 'target-done';
