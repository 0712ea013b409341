import type { Picker } from './algorithm.ts';
import { byWeight } from './algorithm.ts';
import { hashShare } from './hash.ts';

/** The client's address alone decides: sticky, until the set of targets changes or a thousand users share an address. */
export function sourceHash(): Picker {
  return (candidates, { flow, note }) => {
    const share = hashShare(flow.sourceAddress, 0);
    note?.(`hash of ${flow.sourceAddress} falls at ${share.toFixed(4)}`);
    return byWeight(candidates, share);
  };
}
