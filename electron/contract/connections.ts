/** What the L4 balancers say of their connections, live: their word alone, since nobody else sees both halves. */
export interface ConnectionsView {
  readonly balancers: readonly BalancerConnections[];
}

export interface BalancerConnections {
  readonly node: string;
  readonly at: number;
  /** All that are open, of which `rows` are the newest. */
  readonly open: number;
  readonly rows: readonly ConnectionRow[];
  /** Ended while somebody looked, the newest first. */
  readonly ended: readonly EndedRow[];
}

export interface EndedRow extends ConnectionRow {
  readonly end: string;
  readonly at: number;
}

/** A page of older rows, on demand. */
export interface ConnectionsPage {
  readonly open: number;
  readonly rows: readonly ConnectionRow[];
  /** `before` of the next page; null: this is the last. */
  readonly next: number | null;
}

export interface ConnectionRow {
  readonly id: number;
  readonly protocol: 'tcp' | 'udp';
  readonly state: 'opening' | 'dialling' | 'open' | 'client-done' | 'target-done';
  readonly target: string | null;
  /** Why this target; null for picks that nobody looked at. */
  readonly why: string | null;
  readonly client: { readonly from: string; readonly to: string };
  /** What a PROXY header said of the client, where that differs. */
  readonly stated: string | null;
  readonly upstream: { readonly from: string; readonly to: string } | null;
  readonly serverName: string | null;
  readonly alpn: readonly string[];
  readonly bytesToTarget: number;
  readonly bytesFromTarget: number;
  readonly ageMs: number;
  readonly idleMs: number;
}
