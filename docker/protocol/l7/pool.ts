import { z } from 'zod';
import { duration } from '../timing.ts';

export const targetProtocolSchema = z.enum(['http1', 'http2']);
export type TargetProtocol = z.output<typeof targetProtocolSchema>;

/** Connections to targets, beside `poolSize`, which says how many each may have. */
export const poolSchema = z.strictObject({
  protocol: targetProtocolSchema.default('http1').meta({ title: 'Protocol to targets' }),
  queueLimit: z
    .int()
    .min(0)
    .max(100_000)
    .default(100_000)
    .meta({ title: 'Requests that may wait for a connection' }),
  queueTimeoutMs: duration(60_000, 'Longest wait for a connection', 1),
  /** Below what targets keep theirs, or one is closed in the moment of use (backends of the lab: 5 s). */
  idleMs: duration(4000, 'Idle connection to a target', 1),
  requestsPerConnection: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta({ title: 'Requests on one connection to a target (0: no limit)' }),
});
export type PoolSettings = z.output<typeof poolSchema>;
