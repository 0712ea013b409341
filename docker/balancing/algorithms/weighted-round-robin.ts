import type { Picker } from './algorithm.ts';
import { effectiveWeight } from './algorithm.ts';

/**
 * Smooth weighted round robin, as NGINX does it (lb-spec 5.1): everyone gains its weight, the richest is picked and pays
 * the sum. Weights 5, 1, 1 give a a b a c a a.
 */
export function weightedRoundRobin(): Picker {
  let current = new Map<string, number>();
  return (candidates, { note }) => {
    const next = new Map<string, number>();
    let total = 0;
    let best = candidates[0];
    let most = -Infinity;
    for (const candidate of candidates) {
      const weight = effectiveWeight(candidate);
      const gained = (current.get(candidate.id) ?? 0) + weight;
      total += weight;
      next.set(candidate.id, gained);
      if (gained <= most) continue;
      most = gained;
      best = candidate;
    }
    next.set(best.id, most - total);
    current = next;
    note?.(`highest current weight, ${most} of ${total} in all`);
    return best;
  };
}
