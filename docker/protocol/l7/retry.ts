import { z } from 'zod';
import { duration } from '../timing.ts';

/** Second tries of a request that a target had already been sent. Before that, `connectRetries` decides. */
export const retrySchema = z.strictObject({
  tries: z.int().min(0).max(10).default(0).meta({ title: 'Tries beyond the first (0: off)' }),
  on: z
    .array(z.enum(['closed', 'response-timeout', 'bad-response', '5xx']))
    .default(['closed'])
    .meta({ title: 'Tried again after' }),
  /** RFC 9110 section 9.2.2: a proxy must not repeat what is not idempotent, unless it knows better. */
  nonIdempotent: z.boolean().default(false).meta({ title: 'POST and PATCH, too' }),
  /** A kept connection that the target closed in the moment of its use: one fresh connection, safe methods only. */
  stale: z.boolean().default(true).meta({ title: 'Once more where a kept connection had gone stale' }),
  perTryTimeoutMs: duration(0, 'Time-out of each try (0: off)'),
  /** Envoy: retries under way may be so large a share of all that is under way, so that they cannot feed on failure. */
  budgetShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .meta({ title: 'Retries at most, as a share of requests under way' }),
  budgetLeast: z.int().min(0).max(1000).default(3).meta({ title: 'but always so many' }),
  bodyBytes: z.int().min(0).max(1_048_576).default(16_384).meta({ title: 'Body kept for another try' }),
});
export type RetrySettings = z.output<typeof retrySchema>;
