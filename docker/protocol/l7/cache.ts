import { z } from 'zod';
import { duration } from '../timing.ts';

/** A shared cache in the proxy (RFC 9111). What is not said here, the answers say of themselves. */
export const cacheSchema = z.strictObject({
  enabled: z.boolean().default(false).meta({ title: 'Cache' }),
  maxBytes: z.int().min(0).max(1_073_741_824).default(16_777_216).meta({ title: 'Bytes stored at most' }),
  maxObjectBytes: z.int().min(0).max(104_857_600).default(1_048_576).meta({ title: 'Largest answer stored' }),
  /** RFC 5861, for answers that do not say it themselves. 0: only those that do. */
  staleWhileRevalidateMs: duration(0, 'Served stale while asked for anew'),
  staleIfErrorMs: duration(0, 'Served stale when the target fails'),
  /** Many that miss the same answer wait for one request. */
  collapse: z.boolean().default(true).meta({ title: 'One request for many that miss' }),
  targeted: z.boolean().default(false).meta({
    title: 'CDN-Cache-Control before Cache-Control',
    description:
      'RFC 9213: what is said to caches such as this one counts, and what is said to browsers does not',
  }),
  ignoreVary: z.boolean().default(false).meta({
    title: 'Wrong: ignore Vary',
    description: 'one answer for everybody, whatever it depended on',
  }),
  storePrivate: z.boolean().default(false).meta({
    title: 'Wrong: store what is private',
    description: 'and what sets a cookie or answers Authorization',
  }),
});
export type CacheSettings = z.output<typeof cacheSchema>;
