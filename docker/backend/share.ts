/**
 * Picks exactly a share of every hundred, in random order. Tossing a coin each time would miss 30 % by more than two
 * points in one of twenty runs of 2,000; a fixed pattern would always hit the same client of a round robin.
 * Within a block this is selection sampling: the chance is what is still to be picked over what is still to come.
 */
export function createShare(share: number, random: () => number): () => boolean {
  const block = 100;
  let left = 0;
  let toPick = 0;
  let owed = 0;
  return () => {
    if (share >= 1) return true;
    if (left === 0) {
      left = block;
      owed += share * block;
      // The fraction that a block cannot hold is carried over; the epsilon is for sums such as 0.1 + 0.2.
      toPick = Math.floor(owed + 1e-9);
      owed -= toPick;
    }
    const hit = random() * left < toPick;
    left -= 1;
    if (hit) toPick -= 1;
    return hit;
  };
}
