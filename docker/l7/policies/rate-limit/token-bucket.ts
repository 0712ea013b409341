import type { Decision } from './decision.ts';

export interface Bucket {
  tokens: number;
  at: number;
}

/** Fills at `requests` per `perMs` up to its size; each request takes one. */
export function takeFromBucket(
  bucket: Bucket,
  now: number,
  { requests, perMs, size }: { readonly requests: number; readonly perMs: number; readonly size: number },
): Decision {
  const perToken = perMs / requests;
  // In milliseconds rather than tokens, so that nothing is lost to rounding between two requests close together.
  bucket.tokens = Math.min(size, bucket.tokens + Math.max(0, now - bucket.at) / perToken);
  bucket.at = now;
  if (bucket.tokens >= 1 - rounding) {
    bucket.tokens -= 1;
    return {
      allowed: true,
      remaining: Math.floor(bucket.tokens + rounding),
      resetMs: (size - bucket.tokens) * perToken,
    };
  }
  return { allowed: false, remaining: 0, resetMs: (1 - bucket.tokens) * perToken };
}

/** Ten times a tenth of a token is a token. */
const rounding = 1e-9;
