import type { Picker } from './algorithm.ts';
import { hash32, keyOf } from './hash.ts';

/**
 * Hash modulo the number of targets, weights ignored: the simplest there is, and with every target that comes or goes
 * nearly all keys move ((n-1)/n of them).
 */
export function moduloHash(): Picker {
  return (candidates, context) => {
    const key = keyOf(context);
    const hash = hash32(key, 0);
    const slot = hash % candidates.length;
    context.note?.(`${hash} modulo ${candidates.length} is ${slot}`, {
      key,
      hash,
      slot,
      slots: candidates.length,
    });
    return candidates[slot] ?? candidates[0];
  };
}
