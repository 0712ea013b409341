import { bucketSize } from './decision.ts';
import type { Decision, LimitStore, Quota } from './decision.ts';
import { takeFromWindow } from './sliding-window.ts';
import type { Window } from './sliding-window.ts';
import { takeFromBucket } from './token-bucket.ts';
import type { Bucket } from './token-bucket.ts';

/** Keys are anyone's to invent. Whoever was not seen for longest is forgotten first. */
const mostKeys = 100_000;

/** This proxy's own counts, in memory: two proxies let in twice as much. */
export function createLocalStore(now: () => number = () => performance.now()): LimitStore {
  const windows = new Map<string, Window>();
  const buckets = new Map<string, Bucket>();
  return {
    take(rule, key, quota): Decision {
      const full = `${quota.algorithm} ${rule} ${key}`;
      if (quota.algorithm === 'sliding-window') {
        return takeFromWindow(
          recent(windows, full, () => []),
          now(),
          quota,
        );
      }
      return takeFromBucket(
        recent(buckets, full, () => filled(quota, now())),
        now(),
        {
          ...quota,
          size: bucketSize(quota),
        },
      );
    },
  };
}

function filled(quota: Quota, at: number): Bucket {
  return { tokens: bucketSize(quota), at };
}

/** A Map keeps the order of insertion: what is used moves to its end. */
function recent<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.delete(key);
  map.set(key, found);
  if (map.size > mostKeys) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  return found;
}
