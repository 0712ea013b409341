import { z } from 'zod';
import { blockCauses, flowEnds } from '../../docker/protocol/stats.ts';
import { referenceSchema } from '../names.ts';
import { falseAlarm, recentSeconds, share } from './common.ts';

/** Connections, packets and bytes: what a balancer at layer 4 can know of. */
export const connections = {
  /**
   * What a balancer has open at this moment, by its own count: connections with clients or to targets, requests that wait
   * for a connection, or requests under way (a tunnel is one).
   */
  open: z.strictObject({
    type: z.literal('open'),
    balancer: referenceSchema,
    of: z.enum(['clients', 'targets', 'queued', 'requests']),
    atLeast: z.int().min(0).default(0),
    atMost: z.int().min(0).optional(),
  }),
  /** The share of a client's answers that come from whichever server gives the most of them, between two bounds. */
  busiest: z.strictObject({
    type: z.literal('busiest'),
    client: referenceSchema,
    atLeast: share.default(0),
    atMost: share.default(1),
    sample: z.int().min(1).default(100),
    seconds: recentSeconds,
  }),
  /**
   * The share of a client's users who are answered by another server than before the last change (or than when the step
   * opened). Counted among the users that the client counts singly, once each has had fresh answers.
   */
  moved: z.strictObject({
    type: z.literal('moved'),
    client: referenceSchema,
    expected: share,
    sample: z.int().min(1).max(100).default(100),
    falseAlarm,
  }),
  /**
   * Of a client's QUIC connections that moved with its last change of network, after the step opened, and whose fate is
   * known, the share that was heard of again.
   */
  lived: z.strictObject({
    type: z.literal('lived'),
    client: referenceSchema,
    expected: share,
    sample: z.int().min(1).default(20),
    falseAlarm,
  }),
  /**
   * The share of a balancer's new connections that it gave to one target, by the balancer's own count (the kernel's,
   * where the kernel chooses), over the last `seconds` where they hold a sample.
   */
  chosen: z.strictObject({
    type: z.literal('chosen'),
    balancer: referenceSchema,
    target: referenceSchema,
    expected: share,
    sample: z.int().min(1).default(300),
    seconds: recentSeconds,
    falseAlarm,
  }),
  /**
   * What a node's interface sent, set against what a client received meanwhile: 1 and more where every answer passes
   * through the node, next to nothing where none does.
   */
  crossing: z.strictObject({
    type: z.literal('crossing'),
    node: referenceSchema,
    client: referenceSchema,
    atLeast: z.number().min(0).default(0),
    atMost: z.number().min(0).optional(),
    /** Fewer bytes at the client than this say nothing. */
    sampleBytes: z.int().min(1).default(1_000_000),
  }),
  /** So many packets that a balancer's kernel threw away unseen, since the step opened or the last change after that. */
  dropped: z.strictObject({
    type: z.literal('dropped'),
    balancer: referenceSchema,
    atLeast: z.int().min(1),
    /** What one of them may take on average, by the clock of the program that drops; a plane without one never passes. */
    eachAtMostMicros: z.number().positive().optional(),
  }),
  /** The share of a balancer's connections to targets that one target holds at this moment, between two bounds. */
  held: z.strictObject({
    type: z.literal('held'),
    balancer: referenceSchema,
    target: referenceSchema,
    atLeast: share.default(0),
    atMost: share.default(1),
    /** Fewer than so many open connections in all say nothing. */
    sample: z.int().min(1).default(10),
  }),
  /**
   * How many of an L4 balancer's connections ended, or were turned away, in one way, since the step opened; with seconds,
   * in the last so many of them, all after the last change.
   */
  ended: z.strictObject({
    type: z.literal('ended'),
    balancer: referenceSchema,
    how: z.enum([...flowEnds, ...blockCauses]),
    atLeast: z.int().min(0).default(0),
    atMost: z.int().min(0).optional(),
    seconds: z.number().min(0.5).max(600).optional(),
  }),
} as const;
