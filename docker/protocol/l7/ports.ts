import { z } from 'zod';
import { portSchema } from '../common.ts';

/** Where clients reach the proxy beside its own port; `tls` is about that port alone, all else as at its own. */
const morePortSchema = z.strictObject({
  port: portSchema,
  tls: z.boolean().default(false).meta({ title: 'TLS' }),
});
export type MorePort = z.output<typeof morePortSchema>;

export const portsSchema = z
  .array(morePortSchema)
  .max(16)
  .default([])
  .refine((ports) => new Set(ports.map(({ port }) => port)).size === ports.length, 'each port once')
  .meta({ title: 'More ports' });
