import type { Picker } from './algorithm.ts';
import { byWeight } from './algorithm.ts';
import { hashShare } from './hash.ts';

/**
 * The five-tuple decides, as for AWS NLB. NLB also hashes the TCP sequence number, which user space never sees: a
 * number drawn once per process stands in for the unpublished function, so the same five-tuple comes back to the same
 * target while the set of targets stands.
 */
export function flowHash(): Picker {
  return (candidates, { flow, salt, note }) => {
    const from = `${flow.sourceAddress}:${flow.sourcePort}`;
    const to = `${flow.destinationAddress}:${flow.destinationPort}`;
    const share = hashShare(`${flow.protocol} ${from} ${to}`, salt);
    note?.(`hash of ${from} > ${to} falls at ${share.toFixed(4)}`);
    return byWeight(candidates, share);
  };
}
