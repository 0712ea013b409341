import { z } from 'zod';
import { objectName } from './metadata.ts';

/** A Service, which here is a node of the lab. Its port is the Service's: the node listens where it listens. */
export const serviceRef = z.strictObject({
  group: z.literal('').default(''),
  kind: z.literal('Service').default('Service'),
  name: objectName,
  namespace: objectName.optional(),
  port: z.int({ error: 'the port of the Service' }).min(1).max(65_535),
});

export const backendRef = serviceRef.extend({ weight: z.int().min(0).max(1_000_000).default(1) });
export type BackendRef = z.output<typeof backendRef>;

export const backendRefs = z.array(backendRef).max(16).default([]);
