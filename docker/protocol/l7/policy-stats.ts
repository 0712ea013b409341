import type { LatencyBuckets } from '../stats.ts';

/** What the policies say of themselves, under `policies` in an L7 proxy's stats. Cumulative, like all counters. */

/** `policies.routing` */
export interface RoutingStats {
  /** Requests that no route took. */
  readonly unmatched: number;
  readonly routes: Readonly<Record<string, RouteStats>>;
  readonly groups: Readonly<Record<string, GroupCounts>>;
}

export interface RouteStats {
  /** Which requests, in words; empty for a route that is no longer set. */
  readonly match: string;
  /** What it does with them, where it does not forward them. */
  readonly does: string;
  readonly requests: number;
  /** By the status that the client got; `cut` where it got none, or not all. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** To which group, of those that were forwarded. */
  readonly byGroup: Readonly<Record<string, number>>;
  readonly latency: LatencyBuckets;
  /** The same in Prometheus' own buckets, which never change: one count for each limit, and one above them all. */
  readonly durations: { readonly counts: readonly number[]; readonly sumMs: number };
  readonly mirrored: { readonly sent: number; readonly answered: number; readonly failed: number };
}

export interface GroupCounts {
  readonly requests: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly inFlight: number;
  /** Refused by the circuit breaker. */
  readonly refused: number;
  readonly sticky: StickyCounts;
}

/** `policies.sticky`, and of each group. */
export interface StickyCounts {
  /** Came back to the target that its cookie names. */
  readonly kept: number;
  /** Its target could not be used: another one, and whatever the first remembered is lost. */
  readonly moved: number;
  /** Came without a cookie that counts. */
  readonly fresh: number;
}

/** `policies.limits` */
export interface LimitStats {
  readonly rules: Readonly<
    Record<string, { readonly words: string; readonly allowed: number; readonly refused: number }>
  >;
  /** Null: none is set, or none is needed. */
  readonly store: { readonly answers: number; readonly failures: number; readonly reachable: boolean } | null;
}

/** `policies.compression` */
export interface CompressionStats {
  readonly compressed: number;
  /** As they were: nothing to gain, not allowed, or not wished. */
  readonly left: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly bytesSaved: number;
}

/** `policies.cache` */
export interface CacheStats {
  /** Answered from the store, fresh or allowed to be stale. */
  readonly hits: number;
  /** Of the hits: no longer fresh. */
  readonly stale: number;
  readonly misses: number;
  /** Asked the target whether what is stored is still true, and it was. */
  readonly revalidated: number;
  /** Waited for somebody else's miss, and were answered by it. */
  readonly collapsed: number;
  /** Not a matter for a cache: another method, a range, an upgrade. */
  readonly passed: number;
  /** Hits that went against Vary, since it is ignored. */
  readonly againstVary: number;
  /** Stored although it was private, since that is ignored. */
  readonly againstPrivate: number;
  readonly invalidated: number;
  readonly evicted: number;
  /** Body bytes that no target had to send. */
  readonly bytesSaved: number;
  readonly objects: number;
  readonly bytes: number;
  /** The latest used, so many at most. */
  readonly stored: readonly StoredView[];
}

export interface StoredView {
  readonly url: string;
  /** What it was stored for, where it varies: "cookie: user=u1". */
  readonly of: string;
  readonly ageMs: number;
  /** Fresh for so much longer; negative: stale for so long. */
  readonly leftMs: number;
  readonly bytes: number;
  readonly hits: number;
}

/** `policies.waf` */
export interface WafStats {
  readonly inspected: number;
  readonly blocked: number;
  /** Let through although it was too much: only detection is on. */
  readonly detected: number;
  readonly byRule: Readonly<Record<string, number>>;
  /** What was found lately, each kind of it once. */
  readonly found: readonly WafFound[];
}

/** All findings of one rule in one part at one path. */
export interface WafFound {
  readonly rule: string;
  /** "query id", "body name", "user-agent" */
  readonly where: string;
  /** Without the query string. */
  readonly path: string;
  readonly score: number;
  readonly count: number;
  /** Of them, in requests that were blocked. */
  readonly blocked: number;
  /** The last one: when, and the text that it matched. */
  readonly at: number;
  readonly match: string;
}
