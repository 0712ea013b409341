import { z } from 'zod';
import { ownCauses } from '../../docker/protocol/stats.ts';
import { idSchema, referenceSchema } from '../names.ts';
import { falseAlarm, recentSeconds, share } from './common.ts';

/** What reads requests does with them, and what it costs. */
export const proxies = {
  /** The share of an L7 proxy's requests that it answered itself, or cut, for one cause or any: its own count. */
  own: z.strictObject({
    type: z.literal('own'),
    balancer: referenceSchema,
    cause: z.enum(['any', ...ownCauses]),
    expected: share,
    sample: z.int().min(1).default(300),
    seconds: recentSeconds,
    falseAlarm,
  }),
  /** The share of a node's TLS handshakes, with its clients or with its targets, that resumed an earlier session. */
  resumed: z.strictObject({
    type: z.literal('resumed'),
    node: referenceSchema,
    with: z.enum(['clients', 'targets']),
    atLeast: share.default(0),
    atMost: share.default(1),
    sample: z.int().min(1).default(100),
  }),
  /**
   * The processor time of one node for each request of a client, as a multiple of another's for each request of its own
   * client: two ways to do the same work, side by side, since the last change.
   */
  price: z.strictObject({
    type: z.literal('price'),
    node: referenceSchema,
    client: referenceSchema,
    than: z.strictObject({ node: referenceSchema, client: referenceSchema }),
    atLeast: z.number().min(0).default(0),
    atMost: z.number().min(0).optional(),
    /** Requests of each that must have ended. */
    sample: z.int().min(1).default(200),
  }),
  /** The share of a route's requests that a proxy gave to one group, by its own count. */
  split: z.strictObject({
    type: z.literal('split'),
    balancer: referenceSchema,
    route: idSchema,
    group: idSchema,
    expected: share,
    sample: z.int().min(1).default(300),
    seconds: recentSeconds,
    falseAlarm,
  }),
  /**
   * At least so many requests took this route of a proxy since the step opened; with a group, those given to it;
   * mirrored: those whose copy got an answer.
   */
  routed: z.strictObject({
    type: z.literal('routed'),
    balancer: referenceSchema,
    route: idSchema,
    group: idSchema.optional(),
    mirrored: z.boolean().default(false),
    atLeast: z.int().min(1).default(1),
  }),
  /**
   * The share of requests that a proxy's cache answered itself, among all that it could have, since the last change or
   * since the step opened.
   */
  cached: z.strictObject({
    type: z.literal('cached'),
    balancer: referenceSchema,
    atLeast: share.default(0),
    atMost: share.default(1),
    sample: z.int().min(1).default(200),
  }),
  /** What a proxy's compression made of so many bytes: between two shares of them, since the last change. */
  compressed: z.strictObject({
    type: z.literal('compressed'),
    balancer: referenceSchema,
    atLeast: share.default(0),
    atMost: share,
    sampleBytes: z.int().min(1).default(100_000),
  }),
  /** One figure of a real store, by its own statistics, between two bounds. */
  figure: z.strictObject({
    type: z.literal('figure'),
    node: referenceSchema,
    figure: z.string().min(1).max(40),
    atLeast: z.number().default(0),
    atMost: z.number().optional(),
    /** gained: since the step opened or since the last change after that. */
    of: z.enum(['now', 'gained']).default('now'),
  }),
} as const;
