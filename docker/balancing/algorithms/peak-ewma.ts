import type { Candidate, Picker } from './algorithm.ts';
import { loadOf } from './algorithm.ts';
import { latencyAt } from './latency.ts';
import { twoByWeight } from './two-choices.ts';

/**
 * Two by chance; the one where a request is likely to take less time wins: its latency lately times the requests it
 * would have (ingress-nginx's `ewma`, lb-spec 5.3). One that was never measured is taken to be as fast as the other.
 */
export function peakEwma(): Picker {
  return (candidates, { random, now, note }) => {
    const [one, other] = twoByWeight(candidates, random);
    const [mine, its] = [latencyAt(one.latency, now), latencyAt(other.latency, now)];
    const costs = [cost(one, mine ?? its ?? 1), cost(other, its ?? mine ?? 1)] as const;
    const best = costs[1] < costs[0] ? other : one;
    note?.(
      one === other
        ? `${one.id} is the only one`
        : `${describe(one, mine)}, ${describe(other, its)}: ${best.id} is likely to be sooner`,
    );
    return best;
  };
}

function cost(candidate: Candidate, latencyMs: number): number {
  return latencyMs * loadOf(candidate);
}

function describe({ id, active }: Candidate, latencyMs: number | null): string {
  return `${id} ${latencyMs === null ? 'not measured' : `${latencyMs.toFixed(1)} ms`} with ${active} active`;
}
