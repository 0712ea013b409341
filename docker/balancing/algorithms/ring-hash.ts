import type { Picker } from './algorithm.ts';
import { firstAbove } from './algorithm.ts';
import { hash32, keyOf } from './hash.ts';
import { hashRing } from './hash-ring.ts';
import { tableCache } from './table-cache.ts';

/**
 * Consistent hashing: targets own points on a ring, and a key goes to the next point at or after its hash. When a target
 * leaves, only its own keys move, each to the next neighbour. Slow start does not apply: a ring that moved with it would
 * move keys.
 */
export function ringHash(): Picker {
  const ringOf = tableCache(hashRing);
  return (candidates, context) => {
    const { points, owners } = ringOf(candidates);
    const key = keyOf(context);
    const hash = hash32(key, 0);
    // The first point above hash - 1 is the first at or after the hash; past the last one the ring begins again.
    const slot = firstAbove(points, hash - 1) % points.length;
    context.note?.(`${hash} on the ring; the next point is ${points[slot] ?? 0}`, {
      key,
      hash,
      slot,
      slots: points.length,
    });
    return candidates[owners[slot] ?? 0] ?? candidates[0];
  };
}
