import type { Picker } from './algorithm.ts';
import { byWeight, loadOf } from './algorithm.ts';

/** Two different targets by chance, the less loaded of them wins: nearly as even as looking at all. */
export function twoChoices(): Picker {
  return (candidates, { random, note }) => {
    const one = byWeight(candidates, random());
    const [first, ...more] = candidates.filter((candidate) => candidate !== one);
    if (first === undefined) return one;
    const other = byWeight([first, ...more], random());
    note?.(`${one.id} has ${one.active} active, ${other.id} has ${other.active}`);
    return loadOf(other) < loadOf(one) ? other : one;
  };
}
