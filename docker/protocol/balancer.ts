import { z } from 'zod';
import { addressSchema, listenSchema, portSchema, programSchema } from './common.ts';
import { healthCheckSchema } from './health-check.ts';
import { blindTo, l4OwnShape } from './l4.ts';
import { cacheSchema } from './l7/cache.ts';
import { compressionSchema } from './l7/compression.ts';
import { httpSchema } from './l7/http.ts';
import { hedgeSchema } from './l7/hedge.ts';
import { http2Schema } from './l7/http2.ts';
import { limitsSchema } from './l7/limits.ts';
import { poolSchema, targetProtocolSchema } from './l7/pool.ts';
import { portsSchema } from './l7/ports.ts';
import { requestHashSchema } from './l7/request-hash.ts';
import { retrySchema } from './l7/retry.ts';
import { routingSchema } from './l7/routing.ts';
import { stickySchema } from './l7/sticky.ts';
import { tokensSchema } from './l7/tokens.ts';
import { transcodeSchema } from './l7/transcode.ts';
import { wafSchema } from './l7/waf.ts';
import { personaNames } from './personas/personas.ts';
import { kernelSchema, planeSchema } from './kernel.ts';
import { hexSchema, quicIdsSchema } from './quic.ts';
import { duration, timer } from './timing.ts';
import { serverTlsSchema, targetTlsSchema } from './tls.ts';

/** At L4 as at L7. */
export const l4Algorithms = [
  'round-robin',
  'weighted-round-robin',
  'least-connections',
  'random',
  'two-choices',
  'flow-hash',
  'source-hash',
  'modulo-hash',
  'ring-hash',
  'maglev',
] as const;
/** The last two judge requests, which only a proxy that reads them can. */
export const algorithms = [...l4Algorithms, 'least-outstanding', 'peak-ewma'] as const;

export const targetSchema = z.strictObject({
  id: z.string().min(1).max(63),
  address: addressSchema,
  port: portSchema,
  weight: z.number().min(0).max(1000).default(1),
  /** No new connections; those there are finish, up to the drain time. */
  draining: z.boolean().default(false),
  /** What it writes into the QUIC connection ids it gives out, in hex; left out: nothing. */
  serverId: hexSchema(1, 15).exactOptional(),
  /** L7: what is spoken with it; left out: what `pool.protocol` says. */
  protocol: targetProtocolSchema.exactOptional(),
});
export type Target = z.output<typeof targetSchema>;

/** Passive observation of real traffic (outlier ejection). Off unless a persona or a person turns it on. */
export const passiveSchema = z.strictObject({
  consecutiveErrors: z.int().min(0).default(0).meta({ title: 'Errors in a row to eject (0: off)' }),
  errorShare: z.number().min(0).max(1).default(0).meta({ title: 'Error share to eject (0: off)' }),
  /** Which answers count as errors beside a failed connection; L7 only. Empty: none (NGINX). */
  errorStatuses: z
    .string()
    .regex(/^(\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*)?$/, 'statuses as 500, 500-599 or 502,504')
    .default('500-599')
    .meta({ title: 'Statuses that count as errors' }),
  latencyMs: duration(0, 'Latency to eject (0: off)'),
  windowMs: timer(10_000, 'Observation window'),
  minimumRequests: z.int().min(1).default(5).meta({ title: 'Requests before judging by share or latency' }),
  ejectMs: timer(30_000, 'Time out of rotation'),
  /** Envoy: each ejection in a row lasts one base time longer, up to this. */
  maxEjectMs: timer(0, 'Longest time out, growing (0: always the same)', 0),
  maxEjectedShare: z.number().min(0).max(1).default(0.1).meta({ title: 'Largest share ejected at once' }),
});

/** Whose conduct it has; null: its own, and then it is called an L4 forwarder or an L7 proxy. */
const persona = (layer: 'l4' | 'l7') =>
  z
    .enum(personaNames(layer))
    .nullable()
    .default(null)
    .meta({ title: 'Persona', description: 'Choosing one sets everything that the real system sets' });

/** What L4 and L7 balancers share: a target group and how its members are chosen, judged and let go. */
const groupShape = {
  algorithm: z.enum(algorithms).default('round-robin').meta({ title: 'Algorithm' }),
  hashBy: z.enum(['flow', 'source']).default('flow').meta({
    title: 'Hash of',
    description: 'for modulo, ring and Maglev. flow: the five-tuple; source: the client address',
  }),
  healthCheck: healthCheckSchema.prefault({}),
  passive: passiveSchema.prefault({}).meta({ title: 'Passive checks (outlier ejection)' }),
  whenAllDown: z
    .enum(['fail-open', 'refuse'])
    .default('fail-open')
    .meta({ title: 'When every target is unhealthy' }),
  panicThreshold: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta({ title: 'Below this healthy share, use every target (0: only when all are down)' }),
  whenUnhealthy: z.enum(['keep', 'reset', 'forget']).default('reset').meta({
    title: 'Existing connections of an evicted target',
    description: 'reset: at once; forget: answered with RST on the next packet, as AWS NLB does',
  }),
  slowStartMs: timer(0, 'Slow start (0: off)', 0),
  /** L7: what a client is answered when no target may be used. NGINX says 502, the others 503. */
  noTargetStatus: z.int().min(500).max(599).default(503).meta({ title: 'Status when no target is left' }),
  drainMs: timer(300_000, 'Deregistration delay', 0),
  afterDrain: z
    .enum(['keep', 'close', 'reset'])
    .default('keep')
    .meta({ title: 'Connections left after the delay' }),
  connectTimeoutMs: duration(10_000, 'Connect timeout', 1),
  connectRetries: z.int().min(0).max(10).default(0).meta({ title: 'Tries after one that could not connect' }),
  connectRetryAt: z.enum(['another', 'same']).default('another').meta({
    title: 'They go to',
    description: 'same: the same target again, as HAProxy does without redispatch',
  }),
  connectRetryWaitMs: duration(0, 'Wait before the same target is tried again'),
  targets: z.array(targetSchema).max(1000).default([]),
  draining: z
    .array(z.string().min(1).max(63))
    .max(1000)
    .default([])
    .meta({ title: 'Targets being deregistered', description: 'No new connections; those there are finish' }),
};

export const l4SettingsSchema = z.strictObject(
  {
    persona: persona('l4'),
    ...groupShape,
    algorithm: groupShape.algorithm
      .unwrap()
      .extract([...l4Algorithms])
      .default('round-robin')
      .meta({ title: 'Algorithm' }),
    plane: planeSchema,
    kernel: kernelSchema.prefault({}).meta({ title: 'Kernel data plane' }),
    idleTimeoutMs: timer(350_000, 'Idle timeout'),
    whenIdle: z.enum(['forget', 'close']).default('forget').meta({ title: 'At the idle timeout' }),
    udp: z.boolean().default(false).meta({ title: 'UDP on the same port, too' }),
    /** AWS NLB: 120 s, not settable (lb-spec 1.2). */
    udpIdleMs: timer(120_000, 'UDP flow idle timeout'),
    udpRemember: z.boolean().default(true).meta({
      title: 'Remember UDP flows',
      description: 'off: every datagram is picked for anew, by an algorithm that hashes',
    }),
    udpRoute: z.enum(['flow', 'connection-id']).default('flow').meta({
      title: 'UDP goes by',
      description:
        'connection-id: a QUIC packet goes to the target whose server id it carries, whatever its address',
    }),
    quicIds: quicIdsSchema.prefault({}),
    /** Each holds a socket, or two when its target changes; a process has about 20,000 descriptors. */
    udpFlows: z.int().min(1).max(18_000).default(8000).meta({ title: 'UDP flows at most' }),
    ...l4OwnShape,
  },
  { error: blindTo },
);
export type L4Settings = z.output<typeof l4SettingsSchema>;

export const l7SettingsSchema = z.strictObject({
  persona: persona('l7'),
  ...groupShape,
  responseTimeoutMs: duration(60_000, 'Response timeout', 1),
  keepAliveMs: duration(60_000, 'Idle client connection', 1),
  poolSize: z.int().min(1).max(10_000).default(128).meta({ title: 'Connections kept per target' }),
  /** ALB: 502 for a refusal, 504 for a time-out. HAProxy and Envoy answer both with 503. */
  unreachableStatus: z.int().min(500).max(599).nullable().default(null).meta({
    title: 'Status when a target cannot be reached',
    description: 'null: 502 refused, 504 timed out',
  }),
  forwardedFor: z
    .enum(['append', 'set', 'remove', 'keep'])
    .default('append')
    .meta({ title: 'X-Forwarded-For', description: 'keep: passed on as it came, nothing added' }),
  accessLog: z.boolean().default(true).meta({ title: 'Access log' }),
  accessLogForm: z.enum(['json', 'alb', 'combined']).default('json').meta({
    title: 'Access log is',
    description: 'alb: AWS ALB’s fields; combined: Apache’s and NGINX’s',
  }),
  tls: serverTlsSchema.prefault({}),
  targetTls: targetTlsSchema.prefault({}),
  http: httpSchema.prefault({}).meta({ title: 'HTTP' }),
  http2: http2Schema.prefault({}).meta({ title: 'HTTP/2' }),
  pool: poolSchema.prefault({}).meta({ title: 'Pool of connections to targets' }),
  ports: portsSchema,
  retry: retrySchema.prefault({}).meta({ title: 'Retries' }),
  hedge: hedgeSchema.prefault({}).meta({ title: 'Hedging' }),
  routing: routingSchema.prefault({}).meta({ title: 'Routing' }),
  sticky: stickySchema.prefault({}).meta({ title: 'Sticky sessions' }),
  requestHash: requestHashSchema.prefault({}).meta({ title: 'Hash of requests' }),
  limits: limitsSchema.prefault({}).meta({ title: 'Rate limits' }),
  waf: wafSchema.prefault({}).meta({ title: 'Web application firewall' }),
  cache: cacheSchema.prefault({}).meta({ title: 'Cache' }),
  compression: compressionSchema.prefault({}).meta({ title: 'Compression' }),
  tokens: tokensSchema.prefault({}).meta({ title: 'Tokens (JWT)' }),
  transcode: transcodeSchema.prefault({}).meta({ title: 'REST to gRPC' }),
  tracing: z
    .boolean()
    .default(false)
    .meta({ title: 'W3C trace context', description: 'traceparent names this proxy as the parent' }),
  forwarded: z
    .enum(['off', 'append', 'set', 'remove'])
    .default('off')
    .meta({ title: 'Forwarded', description: 'RFC 7239; off: passed on as it came' }),
});
export type L7Settings = z.output<typeof l7SettingsSchema>;

export const l4ConfigSchema = programSchema.extend({
  role: z.literal('l4'),
  listen: listenSchema,
  settings: l4SettingsSchema,
});
export const l7ConfigSchema = programSchema.extend({
  role: z.literal('l7'),
  listen: listenSchema,
  settings: l7SettingsSchema,
});
export type L4Config = z.output<typeof l4ConfigSchema>;
export type L7Config = z.output<typeof l7ConfigSchema>;

/** The part of the settings that L4 and L7 balancers have in common. */
export type GroupSettings = z.output<z.ZodObject<typeof groupShape>> & { readonly persona: string | null };
export type Algorithm = (typeof algorithms)[number];
export type PassiveSettings = z.output<typeof passiveSchema>;
export type L4Patch = Partial<z.input<typeof l4SettingsSchema>>;
export type L7Patch = Partial<z.input<typeof l7SettingsSchema>>;
