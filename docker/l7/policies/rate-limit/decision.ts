import type { RateLimit } from '../../../protocol/l7/rate-limit.ts';

/** What one rule says of one request. */
export interface Decision {
  readonly allowed: boolean;
  /** Requests that would still be let in now. */
  readonly remaining: number;
  /** Until the whole quota is there again; for a refusal, until the next request may be let in. */
  readonly resetMs: number;
  /** Not counted: the store did not answer, and this is what was agreed for then. */
  readonly uncounted?: boolean;
}

/** The numbers of a rule that counting needs. */
export type Quota = Pick<RateLimit, 'requests' | 'perMs' | 'algorithm' | 'burst'>;

/** Counts by key. A local one answers at once; one shared by several proxies has to ask. */
export interface LimitStore {
  take(rule: string, key: string, quota: Quota): Decision | Promise<Decision>;
}

export function bucketSize({ requests, burst }: Pick<Quota, 'requests' | 'burst'>): number {
  return burst === 0 ? requests : burst;
}
