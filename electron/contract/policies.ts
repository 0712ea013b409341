/** Topic `policies`: what each proxy decides about requests, and how each kind of request fares with its client. */

export interface PoliciesView {
  /** Rates, shares and percentiles are over so long; totals since the program started. */
  readonly windowMs: number;
  readonly proxies: readonly ProxyPolicies[];
  readonly kinds: readonly KindRow[];
}

export interface ProxyPolicies {
  readonly proxy: string;
  /** In the settings' order; a route that was taken out stays while it has counts. */
  readonly routes: readonly RouteRow[];
  readonly groups: readonly GroupRow[];
  /** Requests that no route took, in all. */
  readonly unmatched: number;
  readonly limits: readonly LimitRow[];
  /** Null: no store is set. */
  readonly store: { readonly reachable: boolean; readonly failures: number } | null;
  readonly others: readonly PolicyCount[];
  readonly sides: ProxySides;
  /** Whether it can say what it would make of a request; a real system cannot. */
  readonly explains: boolean;
  /** Null: the firewall is off. */
  readonly waf: readonly WafRow[] | null;
  /** Null: the cache is off. */
  readonly cache: CacheContents | null;
}

/** What the firewall found of one rule, in one part, at one path. */
export interface WafRow {
  readonly rule: string;
  readonly where: string;
  readonly path: string;
  readonly match: string;
  readonly score: number;
  readonly count: number;
  readonly blocked: number;
  readonly at: number;
}

export interface CacheContents {
  readonly objects: number;
  readonly bytes: number;
  /** The latest used. */
  readonly stored: readonly {
    readonly url: string;
    /** What it was stored for, where it varies. */
    readonly of: string;
    readonly ageMs: number;
    /** Fresh for so much longer; negative: stale for so long. */
    readonly leftMs: number;
    readonly bytes: number;
    readonly hits: number;
  }[];
}

type FieldLine = readonly [name: string, value: string];

/** What would become of a request, by the proxy's own word; nothing was sent, spent or counted. */
export interface ExplainedRequest {
  /** The proxy would answer itself, and which of its policies. */
  readonly answer: {
    readonly by: string;
    readonly status: number;
    readonly headers: readonly FieldLine[];
  } | null;
  /** The request as a target would be asked it. */
  readonly send: {
    readonly request: string;
    readonly host: string;
    readonly headers: readonly FieldLine[];
    readonly mayServe: readonly string[];
  } | null;
  readonly why: readonly string[];
}

/** Both sides of a proxy: what its clients hold open, what it holds open itself, and what it said in nobody's name. */
export interface ProxySides {
  readonly clients: { readonly open: number; readonly openedPerSecond: number };
  readonly requestsPerSecond: number;
  /** Requests that have come and are not answered yet; a tunnel is one. */
  readonly underWay: number;
  readonly targets: readonly PoolRow[];
  /** Answers of its own, or cuts, by cause; those that never happened are left out. */
  readonly own: readonly OwnRow[];
  /** Second tries beside the first; null where none was made, or wanted. */
  readonly hedges: HedgeRow | null;
}

export interface HedgeRow {
  readonly sent: number;
  readonly won: number;
  readonly overBudget: number;
}

export interface PoolRow {
  readonly target: string;
  readonly open: number;
  readonly openedPerSecond: number;
  /** Of the open ones; null where a real system keeps it to itself. */
  readonly idle: number | null;
  readonly queued: number | null;
  readonly limit: number | null;
}

export interface OwnRow {
  readonly cause: string;
  readonly total: number;
  readonly perSecond: number;
}

export interface RouteRow {
  readonly route: string;
  /** "path /api/*" */
  readonly match: string;
  /** What it does where it does not forward: "redirect 301", "answers 200". */
  readonly does: string;
  readonly total: number;
  readonly perSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Per second, by status class. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Each group that it may forward to: the weight that is set, and what came of it. */
  readonly split: readonly {
    readonly group: string;
    readonly weight: number;
    readonly total: number;
    readonly recent: number;
  }[];
  readonly mirror: { readonly group: string; readonly sent: number; readonly failed: number } | null;
}

export interface GroupRow {
  readonly group: string;
  readonly targets: readonly string[];
  readonly total: number;
  readonly perSecond: number;
  readonly inFlight: number;
  readonly refused: number;
  readonly sticky: { readonly kept: number; readonly moved: number; readonly fresh: number } | null;
}

export interface LimitRow {
  readonly rule: string;
  /** "10 in 1 s for each header x-api-key, path /api/search/*" */
  readonly words: string;
  readonly allowed: number;
  readonly refused: number;
  readonly allowedPerSecond: number;
  readonly refusedPerSecond: number;
}

/** A policy without a table of its own: the numbers that it states. */
export interface PolicyCount {
  readonly policy: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** One kind of request in a client's mix, as its users waited for it. */
export interface KindRow {
  readonly client: string;
  readonly kind: string;
  readonly perSecond: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly failed: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Who answered, in the window. */
  readonly byServer: Readonly<Record<string, number>>;
}
