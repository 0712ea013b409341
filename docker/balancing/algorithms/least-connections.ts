import type { Picker } from './algorithm.ts';
import { loadOf } from './algorithm.ts';

/** Fewest connections (L4) or outstanding requests (L7) for its weight; equals take turns. */
export function leastConnections(): Picker {
  let turn = 0;
  return (candidates, { note }) => {
    let best = candidates[0];
    let least = Infinity;
    let next = 0;
    for (let step = 0; step < candidates.length; step++) {
      const index = (turn + step) % candidates.length;
      const candidate = candidates[index] ?? best;
      const load = loadOf(candidate);
      if (load >= least) continue;
      least = load;
      best = candidate;
      next = index + 1;
    }
    turn = next % candidates.length;
    note?.(`fewest for its weight: ${best.active} active`);
    return best;
  };
}
