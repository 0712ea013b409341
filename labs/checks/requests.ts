import { z } from 'zod';
import { failureKinds } from '../../docker/protocol/client.ts';
import { idSchema, referenceSchema } from '../names.ts';
import { falseAlarm, recentSeconds, share, statusSchema } from './common.ts';

/** What became of requests, as their clients or their servers count them. */
export const requests = {
  /**
   * The share of a client's requests with a bad outcome is `expected`, within chance. Shares are counted over the last
   * `seconds` where they hold a sample, and else since the step opened or since the last change after that.
   */
  share: z.strictObject({
    type: z.literal('share'),
    client: referenceSchema,
    /** bad: a 5xx answer or no answer; failures: no answer; answers-5xx: only answered with 5xx. */
    of: z.enum(['bad', 'failures', 'answers-5xx']).default('bad'),
    expected: share,
    sample: z.int().min(1).default(300),
    seconds: recentSeconds,
    falseAlarm,
  }),
  /** The share of a client's requests that came to this end: a status as `502`, `quic` (answered over it), or how they failed, as `reset`. */
  outcome: z.strictObject({
    type: z.literal('outcome'),
    client: referenceSchema,
    outcome: z.union([statusSchema, z.literal('quic'), z.enum(failureKinds)]),
    expected: share,
    sample: z.int().min(1).default(300),
    seconds: recentSeconds,
    falseAlarm,
  }),
  /** At least so many requests that went wrong lately. `quiet` is its opposite. */
  errors: z.strictObject({
    type: z.literal('errors'),
    client: referenceSchema,
    /** Only what failed in this way, as `refused`; left out: whatever went wrong. */
    failed: z.enum(failureKinds).optional(),
    atLeast: z.int().min(1),
    seconds: z.number().min(0.5).max(600),
    /**
     * Counted since the last change, or since the step opened: a kubelet's word to a balancer is a change, too, and a change
     * that hurts at once is over before it is written down.
     */
    since: z.enum(['change', 'step']).default('change'),
  }),
  /** A budget: at most so many of a client's requests went wrong since a fault was switched on, until now. */
  spent: z.strictObject({
    type: z.literal('spent'),
    client: referenceSchema,
    node: referenceSchema,
    fault: z.string().min(1),
    atMost: z.int().min(0),
  }),
  /** Nothing bad for so long, and enough answers for that to mean something. */
  quiet: z.strictObject({
    type: z.literal('quiet'),
    client: referenceSchema,
    seconds: z.number().min(0.5).max(600),
    answers: z.int().min(1).default(100),
  }),
  /**
   * The longest time without a good answer since the step opened, between two bounds; it must be over. Read off samples
   * of the client's own counters, and so coarse by their spacing of a quarter of a second.
   */
  gap: z.strictObject({
    type: z.literal('gap'),
    client: referenceSchema,
    atLeastMs: z.number().min(0).default(0),
    atMostMs: z.number().min(0),
  }),
  /** At least so many requests of a client are under way at this moment. */
  'in-flight': z.strictObject({
    type: z.literal('in-flight'),
    client: referenceSchema,
    atLeast: z.int().min(1),
  }),
  /** A percentile of one kind of a client's mix, lately, between two bounds in milliseconds. */
  latency: z.strictObject({
    type: z.literal('latency'),
    client: referenceSchema,
    kind: idSchema,
    percentile: z.number().min(0.01).max(0.999).default(0.99),
    atLeastMs: z.number().min(0).default(0),
    atMostMs: z.number().min(0).optional(),
    sample: z.int().min(1).default(200),
    seconds: recentSeconds,
  }),
  /**
   * How many answers of this status a client got since the step opened or since the last change; with a kind, to that
   * kind of its mix. `sample` is how many must have ended, whatever became of them.
   */
  answers: z.strictObject({
    type: z.literal('answers'),
    client: referenceSchema,
    kind: idSchema.optional(),
    status: statusSchema,
    atLeast: z.int().min(0).default(0),
    atMost: z.int().min(0).optional(),
    sample: z.int().min(0).default(0),
  }),
  /** The same by the second, over the last so many seconds. A limit of so many a second can be exceeded by none. */
  rate: z.strictObject({
    type: z.literal('rate'),
    client: referenceSchema,
    kind: idSchema.optional(),
    status: statusSchema,
    atLeast: z.number().min(0).default(0),
    atMost: z.number().min(0).optional(),
    seconds: z.number().min(1).max(60).default(4),
  }),
  /** The share of users for whom *every* request went wrong; none of the others was hurt, unless `expected` is 0. */
  users: z.strictObject({
    type: z.literal('users'),
    client: referenceSchema,
    expected: share,
    /** Users who have made enough requests to be judged. */
    sample: z.int().min(1).max(100).default(100),
    requestsEach: z.int().min(1).default(3),
    seconds: recentSeconds,
    falseAlarm,
  }),
  /** One server's share of a client's answers, between two bounds. */
  served: z.strictObject({
    type: z.literal('served'),
    client: referenceSchema,
    server: referenceSchema,
    atLeast: share.default(0),
    atMost: share.default(1),
    sample: z.int().min(1).default(100),
    seconds: recentSeconds,
  }),
} as const;
