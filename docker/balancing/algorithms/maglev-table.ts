import type { Candidate } from './algorithm.ts';
import { hash32 } from './hash.ts';

/** Prime, as the permutations need it; Katran's and Envoy's size (lb-spec 8.1). */
export const maglevSlots = 65_537;

/**
 * For each slot an index into the candidates. Every target has an order of its own in which it would like the slots
 * (offset + j * skip modulo a prime visits each exactly once); in rounds, each takes the next one that is still free. With
 * weights a target takes part in as many rounds in proportion, as in Katran's second version.
 *
 * The rounds go by name, so that two balancers with the same targets in another order fill the same table.
 */
export function maglevTable(
  candidates: readonly Pick<Candidate, 'id' | 'weight'>[],
  slots = maglevSlots,
): Uint16Array {
  const table = new Uint16Array(slots);
  const taken = new Uint8Array(slots);
  const heaviest = Math.max(...candidates.map(({ weight }) => weight));
  const players = candidates
    .map(({ id, weight }, index) => ({
      id,
      index,
      weight,
      earned: 0,
      at: hash32(id, offsetSalt) % slots,
      skip: (hash32(id, skipSalt) % (slots - 1)) + 1,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

  let filled = 0;
  while (filled < slots && players.length > 0) {
    for (const player of players) {
      player.earned += player.weight;
      if (player.earned < heaviest) continue;
      player.earned -= heaviest;
      while (taken[player.at] === 1) player.at = (player.at + player.skip) % slots;
      taken[player.at] = 1;
      table[player.at] = player.index;
      filled += 1;
      if (filled === slots) break;
    }
  }
  return table;
}

/** Two hash functions from one. Arbitrary, and the same in every balancer. */
const offsetSalt = 0x9e3779b9;
const skipSalt = 0x7f4a7c15;
