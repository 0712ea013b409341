import { z } from 'zod';
import { referenceSchema } from '../names.ts';

/** Packets as they were captured on a node's interface. */
export const packets = {
  /**
   * So many packets of one kind were captured at a node, or at any of a group, since the step opened or since the last
   * change after that. `handshakes` counts the third packet of each, `refused` a reset in answer to a SYN, `reset` one of
   * an open connection, `closed` the last packet of a four-way close, `again` what was sent before, `data` what carries
   * bytes. `from` and `to` are the machines it went between; `source` is whose IP address the connection comes from.
   */
  captured: z.strictObject({
    type: z.literal('captured'),
    at: referenceSchema,
    of: z.enum(['handshakes', 'refused', 'reset', 'closed', 'again', 'data']),
    from: referenceSchema.optional(),
    to: referenceSchema.optional(),
    source: referenceSchema.optional(),
    atLeast: z.int().min(0).default(0),
    /** With it, the whole span must have been watched. */
    atMost: z.int().min(0).optional(),
    /** Only the last so many; without it, all since the step opened or since the last change. */
    seconds: z.number().min(0.5).max(600).optional(),
  }),
  /** What was captured at a node can be read there, or cannot: some of its payload matches, or none of so many packets. */
  'captured-text': z.strictObject({
    type: z.literal('captured-text'),
    at: referenceSchema,
    matches: z.string().min(1).max(200),
    seen: z.boolean(),
    from: referenceSchema.optional(),
    to: referenceSchema.optional(),
    sample: z.int().min(1).default(20),
  }),
  /** Connections seen at one node are, or are not, the very connections seen at another: same sequence numbers or others. */
  'captured-same': z.strictObject({
    type: z.literal('captured-same'),
    left: referenceSchema,
    right: referenceSchema,
    same: z.boolean(),
    sample: z.int().min(1).default(5),
  }),
} as const;
