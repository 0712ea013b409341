import type { Picker } from './algorithm.ts';

/**
 * One after the other, weights ignored. A target in slow start lets its turn pass in proportion to what it is not yet
 * trusted with.
 */
export function roundRobin(): Picker {
  let turn = -1;
  return (candidates, { random, note }) => {
    let tries = candidates.length;
    let chosen;
    do {
      turn = (turn + 1) % candidates.length;
      chosen = candidates[turn] ?? candidates[0];
      tries -= 1;
    } while (tries > 0 && chosen.ramp < 1 && random() >= chosen.ramp);
    note?.(`turn ${turn + 1} of ${candidates.length}`);
    return chosen;
  };
}
