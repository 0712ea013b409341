import type { Decision } from './decision.ts';

/** Times of the requests that were let in, oldest first: exact, at the price of one number for each. */
export type Window = number[];

/** Never more than `requests` in any span of `perMs`: a request leaves the count when it is that old to the unit. */
export function takeFromWindow(
  times: Window,
  now: number,
  { requests, perMs }: { readonly requests: number; readonly perMs: number },
): Decision {
  let old = 0;
  while (old < times.length && (times[old] ?? 0) <= now - perMs) old += 1;
  times.splice(0, old);
  if (times.length < requests) {
    times.push(now);
    return { allowed: true, remaining: requests - times.length, resetMs: perMs };
  }
  // A smaller quota than before leaves more in the window than fit: room comes when enough of them have gone.
  const next = times[times.length - requests] ?? now;
  return { allowed: false, remaining: 0, resetMs: next + perMs - now };
}
