import { z } from 'zod';
import { addressSchema, portSchema } from '../common.ts';
import { duration } from '../timing.ts';
import { rateLimitsSchema } from './rate-limit.ts';

/** Rate limits, and where they are counted. */
export const limitsSchema = z.strictObject({
  rules: rateLimitsSchema.default({}).meta({ title: 'Rules' }),
  /** How many proxies in front of this one are believed about who the client is (X-Forwarded-For, from the right). */
  trustedHops: z.int().min(0).max(10).default(0).meta({ title: 'Trusted proxies in front' }),
  /** A Redis, for rules that are counted for several proxies together. */
  store: z
    .strictObject({ address: addressSchema, port: portSchema })
    .nullable()
    .default(null)
    .meta({ title: 'Store' }),
  storeTimeoutMs: duration(200, 'Longest wait for the store', 1),
  /** Fail open: nobody is limited. Fail closed: everybody is refused. */
  whenStoreGone: z.enum(['allow', 'refuse']).default('allow').meta({ title: 'Without the store' }),
});
export type LimitsSettings = z.output<typeof limitsSchema>;
