import { z } from 'zod';
import { failureKinds } from '../docker/protocol/client.ts';
import { blockCauses, flowEnds, ownCauses } from '../docker/protocol/stats.ts';
import { idSchema, referenceSchema } from './names.ts';

/**
 * The vocabulary of checks, closed on purpose: a lab states what must be measured, never how to measure it.
 * `electron/host/checks/NAME.ts` is what each one reads. Adding one is a schema here and that file.
 */

/** How often a true claim may be called false by chance. What is verified over and over needs this or less. */
const falseAlarm = z.number().min(1e-9).max(0.05).default(1e-4);
const recentSeconds = z.number().min(0.5).max(600).default(2);
const share = z.number().min(0).max(1);
const targetState = z.enum(['initial', 'healthy', 'unhealthy', 'draining', 'unused']);
const statusSchema = z.string().regex(/^[1-5]\d\d$/, 'a status');
const count = z.union([z.literal('all'), z.int().min(0)]);

const shapes = {
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
  /** At least so many requests of a client are under way at this moment. */
  'in-flight': z.strictObject({
    type: z.literal('in-flight'),
    client: referenceSchema,
    atLeast: z.int().min(1),
  }),
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
  /** How often a target came or went since the step opened or since the last change, in the last so many seconds. */
  transitions: z.strictObject({
    type: z.literal('transitions'),
    balancer: referenceSchema,
    target: referenceSchema,
    atLeast: z.int().min(0).default(0),
    /** With it, the whole span must have been watched. */
    atMost: z.int().min(0).optional(),
    seconds: z.number().min(0.5).max(600),
  }),
  /**
   * Two balancers made the same of one fault, or of its end: each target left, or came back, for the same reason in both,
   * and at most so far apart. Meant for a persona and the system that it imitates.
   */
  agrees: z.strictObject({
    type: z.literal('agrees'),
    balancer: referenceSchema,
    with: referenceSchema,
    targets: referenceSchema,
    event: z.enum(['evicted', 'returned']),
    /** In the lab's own (stated) time. */
    withinMs: z.number().min(0),
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
  /** So many of a balancer's targets are in this state. */
  targets: z.strictObject({
    type: z.literal('targets'),
    balancer: referenceSchema,
    state: targetState,
    count: count.default('all'),
  }),
  target: z.strictObject({
    type: z.literal('target'),
    balancer: referenceSchema,
    target: referenceSchema,
    state: targetState,
  }),
  /** What a kubelet says of a pod, or of each of a group: ready or not. */
  pod: z.strictObject({
    type: z.literal('pod'),
    kubelet: referenceSchema,
    pod: referenceSchema,
    ready: z.boolean(),
  }),
  /** Restarts that a kubelet counts for one pod, or for a group together, since the step opened. */
  restarts: z.strictObject({
    type: z.literal('restarts'),
    kubelet: referenceSchema,
    pod: referenceSchema,
    atLeast: z.int().min(0).default(0),
    /** With it, the whole span must have been watched. */
    atMost: z.int().min(0).optional(),
    seconds: z.number().min(0.5).max(600).default(2),
  }),
  /** Eviction or return, timed from what caused it, inside the window that the settings predict. */
  detection: z.strictObject({
    type: z.literal('detection'),
    balancer: referenceSchema,
    target: referenceSchema,
    event: z.enum(['evicted', 'returned']),
    cause: z.enum(['settings', 'fault']),
    /** In the lab's own (stated) time; without it, the window is the one the balancer's settings predict. */
    withinMs: z.tuple([z.number().min(0), z.number().min(0)]).optional(),
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
  setting: z.strictObject({
    type: z.literal('setting'),
    node: referenceSchema,
    path: z.string().min(1),
    equals: z.json(),
  }),
  fault: z.strictObject({
    type: z.literal('fault'),
    node: referenceSchema,
    fault: z.string().min(1),
    on: z.boolean(),
  }),
  /** What the person answered in this step is what was measured. */
  answer: z.strictObject({
    type: z.literal('answer'),
    truth: z.union([
      /** The member of a group whose own counters hold the most 5xx answers. */
      z.strictObject({ mostErrors: referenceSchema }),
      /** A fixed value, or a node by its variable. */
      z.strictObject({ equals: z.string().min(1).max(200) }),
    ]),
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
  /** The share of failed probes of one target. */
  probes: z.strictObject({
    type: z.literal('probes'),
    balancer: referenceSchema,
    target: referenceSchema,
    expected: share,
    sample: z.int().min(1).default(30),
    falseAlarm,
  }),
  /** All witnesses agree to the unit. */
  ledger: z.strictObject({ type: z.literal('ledger') }),
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
  /** Someone ran a command at this node since the step opened, and its output matched. */
  command: z.strictObject({
    type: z.literal('command'),
    node: referenceSchema,
    matches: z.string().min(1).max(200),
  }),
} as const;

export type SimpleCheck = z.output<(typeof shapes)[keyof typeof shapes]>;
export type CheckOf<T extends SimpleCheck['type']> = Extract<SimpleCheck, { type: T }>;

/** Several at once. `all` passes at the moment when all hold together, not one after another. */
export type Check = SimpleCheck | Several<'all'> | Several<'any'>;
interface Several<T> {
  readonly type: T;
  readonly of: readonly [Check, ...Check[]];
}

const several = <T extends 'all' | 'any'>(type: T) =>
  z.strictObject({
    type: z.literal(type),
    get of(): z.ZodType<[Check, ...Check[]]> {
      return z.tuple([checkSchema], checkSchema);
    },
  });

export const checkSchema: z.ZodType<Check> = z.discriminatedUnion('type', [
  shapes.share,
  shapes.outcome,
  shapes.own,
  shapes.errors,
  shapes.spent,
  shapes.resumed,
  shapes.price,
  shapes['in-flight'],
  shapes.open,
  shapes.served,
  shapes.busiest,
  shapes.moved,
  shapes.lived,
  shapes.chosen,
  shapes.crossing,
  shapes.dropped,
  shapes.held,
  shapes.ended,
  shapes.split,
  shapes.routed,
  shapes.cached,
  shapes.compressed,
  shapes.latency,
  shapes.answers,
  shapes.rate,
  shapes.transitions,
  shapes.agrees,
  shapes.figure,
  shapes.targets,
  shapes.target,
  shapes.pod,
  shapes.restarts,
  shapes.detection,
  shapes.quiet,
  shapes.gap,
  shapes.setting,
  shapes.fault,
  shapes.answer,
  shapes.users,
  shapes.probes,
  shapes.ledger,
  shapes.command,
  shapes.captured,
  shapes['captured-text'],
  shapes['captured-same'],
  several('all'),
  several('any'),
]);
