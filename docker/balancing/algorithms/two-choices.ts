import type { Candidate, Candidates, Picker } from './algorithm.ts';
import { byWeight, firstAbove, loadOf } from './algorithm.ts';
import { cumulativeWeights } from './weights.ts';

/** Two different targets by chance, the less loaded of them wins: nearly as even as looking at all. */
export function twoChoices(): Picker {
  return (candidates, { random, note }) => {
    const [one, other] = twoByWeight(candidates, random);
    note?.(
      one === other
        ? `${one.id} is the only one`
        : `${one.id} has ${one.active} active, ${other.id} has ${other.active}`,
    );
    return loadOf(other) < loadOf(one) ? other : one;
  };
}

/** Two different candidates by chance, in proportion to weight; twice the same where there is only one. */
export function twoByWeight<C extends Candidate>(
  candidates: Candidates<C>,
  random: () => number,
): readonly [C, C] {
  if (candidates.length === 1) return [candidates[0], candidates[0]];
  const sums = cumulativeWeights(candidates);
  const total = sums.at(-1) ?? 0;
  const index = Math.min(firstAbove(sums, random() * total), candidates.length - 1);
  const before = index === 0 ? 0 : (sums[index - 1] ?? 0);
  const own = (sums[index] ?? total) - before;
  // The second draw is over the others: whatever falls at or behind the first one's part is moved past it.
  const draw = random() * (total - own);
  const at = draw < before ? draw : draw + own;
  const one = candidates[index] ?? candidates[0];
  const other = candidates[firstAbove(sums, at)] ?? byWeight(candidates, 0);
  return [one, other === one ? (candidates[index === 0 ? 1 : index - 1] ?? one) : other];
}
