import { z } from 'zod';

/** RFC 1123, as Kubernetes wants the names of its objects. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a name of lower-case letters, digits, hyphens and dots');

/** Labels and what the API server adds are no matter of traffic, and are passed over. */
export const metadataSchema = z.object({
  name: objectName,
  namespace: objectName.default('default'),
  annotations: z.record(z.string(), z.string()).default({}),
  creationTimestamp: z.iso.datetime().optional(),
});

/** The shape that every object has around its `spec`. */
export function objectSchema<S extends z.ZodType>(spec: S) {
  return z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: metadataSchema,
    spec,
    /** Written by controllers. */
    status: z.unknown().optional(),
  });
}
