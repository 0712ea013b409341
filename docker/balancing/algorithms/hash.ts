import { fnv1a } from '../../lib/sampling.ts';

/**
 * A position in [0, 1). FNV-1a alone leaves neighbouring ports close together; the finaliser (murmur3's fmix32) moves
 * every input bit into every output bit.
 */
export function hashShare(text: string, salt: number): number {
  let hash = fnv1a(text) ^ salt;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
