/** A target that may be chosen now, as an algorithm sees it. */
export interface Candidate {
  readonly id: string;
  /** Above 0. */
  readonly weight: number;
  /** Share of the weight during slow start, in (0, 1]. */
  readonly ramp: number;
  /** Open connections at L4, outstanding requests at L7. */
  readonly active: number;
}

/** All that a balancer knows of a flow before it picks. */
export interface FlowKey {
  readonly protocol: 'tcp';
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
}

export interface PickContext {
  readonly flow: FlowKey;
  /** In [0, 1). */
  readonly random: () => number;
  /** A random number of this process, so that two balancers do not hash alike. */
  readonly salt: number;
  /** Given only when somebody asked why; building the sentence costs nothing otherwise. */
  readonly note?: (why: string) => void;
}

/** Candidates in the order of the settings, never none. */
export type Candidates<C extends Candidate = Candidate> = readonly [C, ...C[]];

/** One selection policy. Its state (a cursor, current weights) lives in the closure. */
export type Picker = <C extends Candidate>(candidates: Candidates<C>, context: PickContext) => C;

export function effectiveWeight(candidate: Candidate): number {
  return candidate.weight * candidate.ramp;
}

/** What one more connection would make of a target's share. */
export function loadOf(candidate: Candidate): number {
  return (candidate.active + 1) / effectiveWeight(candidate);
}

/** The candidate at `share` in [0, 1) of the summed weights. */
export function byWeight<C extends Candidate>(candidates: Candidates<C>, share: number): C {
  const total = candidates.reduce((sum, candidate) => sum + effectiveWeight(candidate), 0);
  let left = share * total;
  return candidates.find((candidate) => (left -= effectiveWeight(candidate)) < 0) ?? candidates[0];
}
