import { hash32 } from './hash.ts';
import type { Candidates } from './algorithm.ts';

/** Points on the ring, ascending, and whose each is (an index into the candidates). */
export interface HashRing {
  readonly points: Uint32Array;
  readonly owners: Uint16Array;
}

/** NGINX's `hash ... consistent`: so many points for an average target (lb-spec 5.1). */
const pointsEach = 160;

/** Points in proportion to weight, and never so many that a thousand heavy targets fill the memory. */
export function hashRing(candidates: Candidates): HashRing {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  const all = candidates.flatMap(({ id, weight }, owner) => {
    const count = Math.max(1, Math.round((pointsEach * candidates.length * weight) / total));
    return Array.from({ length: count }, (_, point) => ({ at: hash32(`${id} ${point}`, 0), owner }));
  });
  all.sort((a, b) => a.at - b.at || a.owner - b.owner);
  return {
    points: Uint32Array.from(all, ({ at }) => at),
    owners: Uint16Array.from(all, ({ owner }) => owner),
  };
}
