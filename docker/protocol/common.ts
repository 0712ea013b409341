import { z } from 'zod';
import { identitySchema } from './tls.ts';

export const addressSchema = z.string().min(1).max(253);
export const portSchema = z.int().min(1).max(65_535);

/** What every program's config starts with. Config is what it was told; state is what it has become since. */
export const programSchema = z.object({
  node: z.string().min(1).max(63),
  /** Unix socket of the admin API; a named pipe on Windows. */
  admin: z.string().min(1),
  /** One in how many requests is recorded, by a hash of its id; the same on every hop. */
  sampleOneIn: z.int().min(1).default(1),
  /** Certificates with their keys, and whom to trust; left out where nobody in the lab speaks TLS. */
  identity: identitySchema.optional(),
});

export const listenSchema = z.object({
  address: addressSchema,
  port: portSchema,
  /** Other processes may listen there too, and the kernel spreads connections over them (SO_REUSEPORT). */
  reusePort: z.boolean().exactOptional(),
});
export type Listen = z.output<typeof listenSchema>;

/** Marks a request as the load client's own, so that every witness can tell it from a probe or a person's curl. */
export const clientHeader = 'x-blindspot-client';
export const requestIdHeader = 'x-request-id';
/** A backend names itself in every answer. */
export const serverHeader = 'x-blindspot-server';
