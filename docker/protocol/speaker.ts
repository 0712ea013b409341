import { createHash } from 'node:crypto';
import { z } from 'zod';
import { addressSchema } from './common.ts';
import { timer } from './timing.ts';

/**
 * Nodes that share one address, of which one at a time answers for it by ARP, as MetalLB's speakers do in layer 2 mode.
 * Times are those of memberlist, by which speakers know of each other: asked every second, given up four seconds after
 * the first silence (its suspicion, for up to ten nodes).
 */
export const speakerSchema = z
  .strictObject({
    /** Null: this node shares none. The lab's plan fills in both. */
    address: addressSchema.nullable().default(null).meta({ title: 'Shared address' }),
    peers: z
      .array(z.strictObject({ name: z.string().min(1).max(63), address: addressSchema }))
      .max(50)
      .default([])
      .meta({ title: 'Other speakers' }),
    probeEveryMs: timer(1000, 'Peers are asked every'),
    suspectMs: timer(4000, 'A silent peer is given up after'),
  })
  .meta({ title: 'Speaker' });
export type SpeakerSettings = z.output<typeof speakerSchema>;

export type PeerState = 'alive' | 'suspect' | 'gone';

export interface SpeakerStats {
  readonly address: string;
  readonly speaks: boolean;
  readonly peers: Readonly<Record<string, PeerState>>;
}

/**
 * In which order nodes speak: the first of those who are there does. By SHA-256 of name and address: nobody votes, and
 * whoever knows the same nodes comes to the same answer. Each address has an order of its own, so several spread out.
 */
export function speakingOrder(names: readonly string[], address: string): readonly string[] {
  return names
    .map((name) => ({ name, rank: createHash('sha256').update(`${name}#${address}`).digest('hex') }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ name }) => name);
}
