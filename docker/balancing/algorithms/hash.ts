import { fnv1a } from '../../lib/sampling.ts';
import type { PickContext } from './algorithm.ts';

/**
 * 32 well-mixed bits. FNV-1a alone leaves neighbouring ports close together; the finaliser (murmur3's fmix32) moves
 * every input bit into every output bit.
 */
export function hash32(text: string, salt: number): number {
  let hash = fnv1a(text) ^ salt;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** What a keyed algorithm hashes: the key that the caller gave, else the address or the five-tuple. */
export function keyOf({ flow, hashBy }: Pick<PickContext, 'flow' | 'hashBy'>): string {
  if (flow.hashKey !== undefined) return flow.hashKey;
  return hashBy === 'source' ? flow.sourceAddress : fiveTuple(flow);
}

export function fiveTuple(flow: PickContext['flow']): string {
  const from = `${flow.sourceAddress}:${flow.sourcePort}`;
  const to = `${flow.destinationAddress}:${flow.destinationPort}`;
  return `${flow.protocol} ${from} > ${to}`;
}
