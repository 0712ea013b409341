import type { Picker } from './algorithm.ts';
import { byWeight } from './algorithm.ts';
import { fiveTuple, hash32 } from './hash.ts';

/**
 * The five-tuple decides, as for AWS NLB. NLB also hashes the TCP sequence number, which user space never sees: a
 * number drawn once per process stands in for the unpublished function, so the same five-tuple comes back to the same
 * target while the set of targets stands.
 */
export function flowHash(): Picker {
  return (candidates, { flow, salt, note }) => {
    const key = fiveTuple(flow);
    const hash = hash32(key, salt);
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
