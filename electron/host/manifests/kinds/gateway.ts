import { z } from 'zod';
import { hostSchema } from '../../../../docker/protocol/l7/match.ts';
import { objectName } from './metadata.ts';

const group = 'gateway.networking.k8s.io';

/** A secret is named and not looked into: the lab gives each node its certificates. */
const certificateRef = z.strictObject({
  group: z.literal('').default(''),
  kind: z.literal('Secret').default('Secret'),
  name: objectName,
  namespace: objectName.optional(),
});

const listenerSchema = z.strictObject({
  name: objectName,
  hostname: hostSchema.optional(),
  port: z.int().min(1).max(65_535),
  protocol: z.enum(['HTTP', 'HTTPS', 'TLS', 'TCP']),
  tls: z
    .strictObject({
      mode: z.enum(['Terminate', 'Passthrough']).default('Terminate'),
      certificateRefs: z.array(certificateRef).max(64).default([]),
    })
    .optional(),
  allowedRoutes: z
    .strictObject({
      namespaces: z.strictObject({ from: z.enum(['Same', 'All', 'None']).default('Same') }).prefault({}),
      kinds: z
        .array(z.strictObject({ group: z.literal(group).default(group), kind: z.string() }))
        .max(8)
        .default([]),
    })
    .prefault({}),
});
export type Listener = z.output<typeof listenerSchema>;

export const gatewaySpec = z.strictObject({
  gatewayClassName: objectName,
  listeners: z.array(listenerSchema).min(1).max(64),
});

/** Which Gateway a route belongs to. */
export const parentRefs = z
  .array(
    z.strictObject({
      group: z.literal(group).default(group),
      kind: z.literal('Gateway').default('Gateway'),
      namespace: objectName.optional(),
      name: objectName,
      sectionName: objectName.optional(),
      port: z.int().min(1).max(65_535).optional(),
    }),
  )
  .min(1)
  .max(32);
export type ParentRefs = z.output<typeof parentRefs>;
