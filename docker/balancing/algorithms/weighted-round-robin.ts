import type { Candidates, Picker } from './algorithm.ts';
import { effectiveWeight } from './algorithm.ts';

/**
 * Smooth weighted round robin, as NGINX does it (lb-spec 5.1): everyone gains its weight, the richest is picked and pays
 * the sum. Weights 5, 1, 1 give a a b a c a a.
 */
export function weightedRoundRobin(): Picker {
  let current = new Map<string, number>();
  let seen: Candidates | null = null;
  return (candidates, { note }) => {
    // Who left takes nothing along when it comes back; who stays keeps what it had.
    if (candidates !== seen) {
      current = new Map(candidates.map(({ id }) => [id, current.get(id) ?? 0]));
      seen = candidates;
    }
    let total = 0;
    let best = candidates[0];
    let most = -Infinity;
    for (const candidate of candidates) {
      const weight = effectiveWeight(candidate);
      const gained = (current.get(candidate.id) ?? 0) + weight;
      total += weight;
      current.set(candidate.id, gained);
      if (gained <= most) continue;
      most = gained;
      best = candidate;
    }
    current.set(best.id, most - total);
    note?.(`highest current weight, ${most} of ${total} in all`);
    return best;
  };
}
