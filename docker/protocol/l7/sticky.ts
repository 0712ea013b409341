import { z } from 'zod';
import { duration } from '../timing.ts';
import { fieldNameSchema } from './match.ts';

/** Who came once comes back to the same target. The cookie's name is free; its conduct is a real balancer's. */
export const stickySchema = z.strictObject({
  mode: z
    .enum(['off', 'duration', 'application', 'affinity'])
    .default('off')
    .meta({
      title: 'Sticky sessions',
      description:
        'duration: a sealed cookie, renewed with each answer, as ALB’s; application: follows the application’s own ' +
        'cookie, as ALB’s; affinity: a hash of the target, set once, as ingress-nginx',
    }),
  cookie: fieldNameSchema.default('BLINDSPOTLB').meta({ title: 'Cookie' }),
  /** ALB: 1 s to 7 days, default one day. */
  durationMs: duration(86_400_000, 'Good for', 1000).meta({ for: ['duration', 'application'] }),
  applicationCookie: fieldNameSchema
    .default('SESSION')
    .meta({ title: 'The application’s cookie', for: ['application'] }),
});
export type Sticky = z.output<typeof stickySchema>;
