import { z } from 'zod';
import { fieldNameSchema, matchSchema } from './match.ts';
import { nameSchema } from './route.ts';
import { duration } from '../timing.ts';

/** So many requests, of whom, in how long. All rules that match a request must have room for it. */
export const rateLimitSchema = z.strictObject({
  match: matchSchema.prefault({}),
  requests: z.int().min(1).max(10_000).default(10).meta({ title: 'Requests' }),
  perMs: duration(1000, 'In', 1),
  algorithm: z.enum(['sliding-window', 'token-bucket']).default('sliding-window').meta({
    title: 'Counted by',
    description: 'sliding-window: never more in any such span; token-bucket: a burst, then the steady rate',
  }),
  /** The bucket's size; 0: as many as `requests`. */
  burst: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .meta({ title: 'Burst (0: the same number)', for: ['token-bucket'] }),
  by: z.enum(['everyone', 'address', 'header', 'cookie']).default('address').meta({
    title: 'For each',
    description: 'who sends no such header or cookie is counted by address',
  }),
  name: fieldNameSchema.default('x-api-key').meta({ title: 'Header or cookie', for: ['header', 'cookie'] }),
  /** NGINX says 503, AWS WAF 403; RFC 6585 has a status for it. */
  status: z.int().min(400).max(599).default(429).meta({ title: 'Status when refused' }),
  shared: z.boolean().default(false).meta({ title: 'Counted in the store, for all proxies together' }),
});
export type RateLimit = z.output<typeof rateLimitSchema>;
export const rateLimitsSchema = z.record(nameSchema, rateLimitSchema);
