import type { PickHash } from '../../protocol/pick.ts';
import type { Latency } from './latency.ts';
import { cumulativeWeights } from './weights.ts';

/** A target that may be chosen now, as an algorithm sees it. */
export interface Candidate {
  readonly id: string;
  /** Above 0. */
  readonly weight: number;
  /** Share of the weight during slow start, in (0, 1]. */
  readonly ramp: number;
  /** Open connections at L4, outstanding requests at L7. */
  readonly active: number;
  /** How fast it has answered lately; kept only while an algorithm asks for it. */
  readonly latency?: Latency | null;
}

/** All that a balancer knows of a flow before it picks. */
export interface FlowKey {
  readonly protocol: 'tcp' | 'udp';
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  /** What an L7 proxy hashes in place of addresses: a header, a cookie, a path. */
  readonly hashKey?: string;
}

export interface PickContext {
  readonly flow: FlowKey;
  /** What the keyed algorithms hash where the flow brings no key of its own. */
  readonly hashBy: 'flow' | 'source';
  /** In [0, 1). */
  readonly random: () => number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** A random number of this process, so that two balancers do not hash alike. */
  readonly salt: number;
  /** Given only when somebody asked why; building the sentence costs nothing otherwise. */
  readonly note?: (why: string, hash?: PickHash) => void;
}

/**
 * Candidates in the order of the settings, never none. The same array means the same targets with the same weights:
 * sums and tables are kept by it. Whoever changes one of those makes a new array; `active` and `latency` may move.
 */
export type Candidates<C extends Candidate = Candidate> = readonly [C, ...C[]];

/** One selection policy. Its state (a cursor, current weights) lives in the closure. */
export type Picker = <C extends Candidate>(candidates: Candidates<C>, context: PickContext) => C;

export function isSome<C>(list: readonly C[]): list is readonly [C, ...C[]] {
  return list.length > 0;
}

export function effectiveWeight(candidate: Candidate): number {
  return candidate.weight * candidate.ramp;
}

/** What one more connection would make of a target's share. */
export function loadOf(candidate: Candidate): number {
  return (candidate.active + 1) / effectiveWeight(candidate);
}

/** The candidate at `share` in [0, 1) of the summed weights, in O(log n). */
export function byWeight<C extends Candidate>(candidates: Candidates<C>, share: number): C {
  const sums = cumulativeWeights(candidates);
  return candidates[firstAbove(sums, share * (sums.at(-1) ?? 0))] ?? candidates[0];
}

/** Index of the first of ascending numbers that is above a value; their count if none is. */
export function firstAbove(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
