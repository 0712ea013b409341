/** Why a target was picked: the `data` of a `note` event whose text is `pick`. */
export interface PickReason {
  readonly flow: {
    readonly protocol: string;
    readonly sourceAddress: string;
    readonly sourcePort: number;
    readonly destinationAddress: string;
    readonly destinationPort: number;
  };
  readonly picked: string;
  readonly algorithm: string;
  /** One sentence. */
  readonly why: string;
  /** Null where the algorithm hashes nothing. */
  readonly hash: PickHash | null;
  /** As they were at the moment of the pick. */
  readonly candidates: readonly PickCandidate[];
}

export interface PickHash {
  /** What was hashed. */
  readonly key: string;
  /** 32 bits. */
  readonly hash: number;
  /** Position in the table or on the ring, and how many there are; null where the hash is a share of all weight. */
  readonly slot: number | null;
  readonly slots: number | null;
}

export interface PickCandidate {
  readonly id: string;
  readonly weight: number;
  readonly ramp: number;
  readonly active: number;
  readonly latencyMs: number | null;
}
