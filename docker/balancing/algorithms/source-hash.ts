import type { Picker } from './algorithm.ts';
import { byWeight } from './algorithm.ts';
import { hash32 } from './hash.ts';

/** The client's address alone decides: sticky, until the set of targets changes or a thousand users share an address. */
export function sourceHash(): Picker {
  return (candidates, { flow, note }) => {
    const key = flow.sourceAddress;
    const hash = hash32(key, 0);
    const share = hash / 2 ** 32;
    note?.(`hash of ${key} falls at ${share.toFixed(4)} of all weight`, {
      key,
      hash,
      slot: null,
      slots: null,
    });
    return byWeight(candidates, share);
  };
}
