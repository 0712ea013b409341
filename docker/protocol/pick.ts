import { z } from 'zod';
import { algorithms } from './balancer.ts';

/** Why a target was picked: the `data` of a `note` event whose text is `pick`. */
export interface PickReason {
  readonly flow: {
    readonly protocol: string;
    readonly sourceAddress: string;
    readonly sourcePort: number;
    readonly destinationAddress: string;
    readonly destinationPort: number;
    readonly hashKey?: string;
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

/** Those of which a made-up key says something: its hash alone decides. */
export const keyedAlgorithms = ['modulo-hash', 'ring-hash', 'maglev'] as const;
export type KeyedAlgorithm = (typeof keyedAlgorithms)[number];

/** `GET /keys`: for each key the index of its target. */
export interface KeyMap {
  readonly targets: readonly string[];
  readonly owners: Readonly<Record<KeyedAlgorithm, readonly number[]>>;
}

/** `POST /replay`: picks that were made, to be made again by another algorithm. */
export const replaySchema = z.object({
  algorithm: z.enum(algorithms),
  hashBy: z.enum(['flow', 'source']).default('flow'),
  picks: z
    .array(
      z.object({
        flow: z.object({
          protocol: z.enum(['tcp', 'udp']),
          sourceAddress: z.string(),
          sourcePort: z.number(),
          destinationAddress: z.string(),
          destinationPort: z.number(),
          hashKey: z.string().exactOptional(),
        }),
        candidates: z.array(
          z.object({
            id: z.string(),
            weight: z.number().positive(),
            ramp: z.number().positive(),
            active: z.number().min(0),
            latencyMs: z.number().nullable(),
          }),
        ),
      }),
    )
    .max(200),
});
export type Replay = z.output<typeof replaySchema>;

/** Null where there was nobody to choose. */
export interface ReplayAnswer {
  readonly picked: readonly (string | null)[];
}
