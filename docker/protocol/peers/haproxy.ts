import { z } from 'zod';
import { targetSchema } from '../balancer.ts';
import { listenSchema, programSchema } from '../common.ts';
import { healthCheckSchema } from '../health-check.ts';
import { duration, timer } from '../timing.ts';

/**
 * The real HAProxy of Debian 12, in the place of our own balancers. The fields have our names, the defaults are its own
 * (lb-spec section 4), and what it cannot do is not there.
 */
const checkSchema = healthCheckSchema
  .extend({
    protocol: z.enum(['none', 'tcp', 'http', 'redis', 'postgres']).default('tcp').meta({ title: 'Check by' }),
    method: z
      .enum(['GET', 'HEAD', 'OPTIONS'])
      .default('OPTIONS')
      .meta({ title: 'Method', for: ['http'] }),
    hostIs: z
      .literal('none')
      .default('none')
      .meta({ title: 'Host header when not given', for: ['http'] }),
    httpVersion: z
      .enum(['1.0', '1.1'])
      .default('1.0')
      .meta({ title: 'HTTP version', for: ['http'] }),
    headers: z
      .record(
        z.string().regex(/^[\w-]+$/),
        z.string().regex(/^[\w ./;=:*+-]*$/, 'letters, digits and ./;=:*+-'),
      )
      .default({})
      .meta({ title: 'Headers', for: ['http'] }),
    statusFailsAtOnce: z
      .literal(false)
      .default(false)
      .meta({ title: 'A wrong status evicts at once', for: [] }),
    maxLatencyMs: z.literal(0).default(0).meta({ title: 'Slowest good answer', for: [] }),
    grpcService: z.literal('').default('').meta({ title: 'gRPC service', for: [] }),
    jitterMs: z.literal(0).default(0).meta({ title: 'Jitter', for: [] }),
    intervalMs: timer(2_000, 'Interval'),
    timeoutMs: timer(2_000, 'Timeout'),
    healthyThreshold: z.int().min(1).max(100).default(2).meta({ title: 'Passes to return (rise)' }),
    unhealthyThreshold: z.int().min(1).max(100).default(3).meta({ title: 'Failures to leave (fall)' }),
    initialState: z.literal('healthy').default('healthy').meta({ title: 'State at start', for: [] }),
  })
  .meta({ title: 'Health check' });

export const haproxySettingsSchema = z.strictObject({
  persona: z.literal('haproxy').default('haproxy').meta({ title: 'System' }),
  mode: z
    .enum(['http', 'tcp'])
    .default('http')
    .meta({ title: 'Mode', description: 'tcp: Layer 4; http: Layer 7' }),
  algorithm: z
    .enum(['round-robin', 'least-connections', 'random', 'two-choices', 'source-hash'])
    .default('round-robin')
    .meta({ title: 'Algorithm' }),
  healthCheck: checkSchema.prefault({}),
  whenUnhealthy: z.enum(['keep', 'reset']).default('keep').meta({
    title: 'Existing connections of an evicted target',
    description: 'on-marked-down shutdown-sessions',
  }),
  slowStartMs: timer(0, 'Slow start (0: off)', 0),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(3)
    .meta({ title: 'Retries on a failed connection, one second apart' }),
  redispatch: z.boolean().default(false).meta({ title: 'Last retry goes to another target' }),
  /** HAProxy sets no time-outs of its own; Debian's example file says 5 s, 50 s and 50 s. */
  connectTimeoutMs: duration(0, 'Connect timeout (0: none)'),
  clientTimeoutMs: duration(0, 'Idle client (0: none)'),
  serverTimeoutMs: duration(0, 'Idle server (0: none)'),
  forwardedFor: z.enum(['append', 'keep']).default('keep').meta({ title: 'X-Forwarded-For' }),
  acceptProxy: z.boolean().default(false).meta({ title: 'Expect a PROXY header' }),
  sendProxy: z.enum(['none', 'v1', 'v2']).default('none').meta({ title: 'Send a PROXY header' }),
  accessLog: z.boolean().default(true).meta({ title: 'Access log' }),
  targets: z
    .array(targetSchema.extend({ weight: z.int().min(0).max(256).default(1) }))
    .max(100)
    .default([]),
});
export type HaproxySettings = z.output<typeof haproxySettingsSchema>;

export const haproxyConfigSchema = programSchema.extend({
  role: z.literal('haproxy'),
  listen: listenSchema,
  settings: haproxySettingsSchema,
});
export type HaproxyConfig = z.output<typeof haproxyConfigSchema>;
