import { z } from 'zod';
import { hostSchema } from '../../../../docker/protocol/l7/match.ts';
import { objectName } from './metadata.ts';

const port = z.union(
  [
    z.strictObject({ number: z.int().min(1).max(65_535) }),
    z.strictObject({ name: z.string().min(1).max(15) }),
  ],
  { error: 'number or name, one of them' },
);

/** A Service, which here is a node of the lab. */
const backend = z.strictObject({ service: z.strictObject({ name: objectName, port }) });
export type IngressBackend = z.output<typeof backend>;

export const ingressSpec = z
  .strictObject({
    ingressClassName: objectName.optional(),
    defaultBackend: backend.optional(),
    tls: z
      .array(z.strictObject({ hosts: z.array(hostSchema).default([]), secretName: objectName.optional() }))
      .default([]),
    rules: z
      .array(
        z.strictObject({
          host: hostSchema.optional(),
          http: z
            .strictObject({
              paths: z
                .array(
                  z.strictObject({
                    path: z.string().startsWith('/').max(1000),
                    pathType: z.enum(['Exact', 'Prefix', 'ImplementationSpecific']),
                    backend,
                  }),
                )
                .min(1)
                .max(100),
            })
            .optional(),
        }),
      )
      .max(100)
      .default([]),
  })
  .refine(
    ({ rules, defaultBackend }) => rules.length > 0 || defaultBackend !== undefined,
    'rules, a defaultBackend or both',
  );
export type IngressSpec = z.output<typeof ingressSpec>;
