import { z } from 'zod';
import { targetSchema } from '../balancer.ts';
import { listenSchema, programSchema } from '../common.ts';
import { duration } from '../timing.ts';

/** The real NGINX (open source) of Debian 12 in the place of our own balancers, with its own defaults (lb-spec section 5). */
const passiveSchema = z.strictObject({
  consecutiveErrors: z
    .int()
    .min(0)
    .max(100)
    .default(1)
    .meta({ title: 'Failures to leave (max_fails; 0: off)' }),
  /** NGINX takes whole seconds here; the lab's scale must leave them whole. */
  ejectMs: z
    .number()
    .min(1000)
    .max(86_400_000)
    .multipleOf(1000, 'whole seconds, also as the lab scales them')
    .default(10_000)
    .meta({ title: 'Counted within, and out for (fail_timeout)', unit: 'ms', scaled: true }),
});

export const nginxSettingsSchema = z.strictObject({
  persona: z.literal('nginx').default('nginx').meta({ title: 'System' }),
  mode: z
    .enum(['http', 'stream'])
    .default('http')
    .meta({ title: 'Mode', description: 'stream: Layer 4; http: Layer 7' }),
  algorithm: z
    .enum(['weighted-round-robin', 'least-connections', 'random', 'two-choices', 'source-hash'])
    .default('weighted-round-robin')
    .meta({ title: 'Algorithm' }),
  /** Open-source NGINX has no active checks: real requests judge. */
  passive: passiveSchema.prefault({}),
  nextUpstream: z
    .string()
    .regex(
      /^(off|((error|timeout|invalid_header|non_idempotent|http_(403|404|429|500|502|503|504))( |$))+)$/,
      'off, or words of proxy_next_upstream such as "error timeout http_502"',
    )
    .default('error timeout')
    .meta({ title: 'Try the next target on (http)' }),
  connectTimeoutMs: duration(60_000, 'Connect timeout', 1),
  responseTimeoutMs: duration(60_000, 'Read timeout (http)', 1),
  idleTimeoutMs: duration(600_000, 'Idle timeout (stream)', 1),
  poolSize: z.int().min(0).max(10_000).default(0).meta({ title: 'Kept connections to targets (0: none)' }),
  forwardedFor: z.enum(['append', 'keep']).default('keep').meta({ title: 'X-Forwarded-For' }),
  accessLog: z.boolean().default(true).meta({ title: 'Access log' }),
  targets: z
    .array(targetSchema.extend({ weight: z.int().min(0).max(1000).default(1) }))
    .min(1)
    .max(100),
});
export type NginxSettings = z.output<typeof nginxSettingsSchema>;

export const nginxConfigSchema = programSchema.extend({
  role: z.literal('nginx'),
  listen: listenSchema,
  settings: nginxSettingsSchema,
});
export type NginxConfig = z.output<typeof nginxConfigSchema>;
