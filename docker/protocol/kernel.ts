import { z } from 'zod';
import { addressSchema } from './common.ts';

/**
 * Who forwards. `userspace`: this program, two sockets a connection. The others are the kernel's work, by rules that
 * this program writes and keeps in step with health; they need a network of their own, and never run outside of one.
 */
export const planes = ['userspace', 'nft-dnat', 'dsr', 'xdp', 'ipvs'] as const;
export type Plane = (typeof planes)[number];
export type KernelPlane = Exclude<Plane, 'userspace'>;

export const planeSchema = z.enum(planes).default('userspace').meta({
  title: 'Data path',
  description: 'chosen when the node is made: userspace, nft-dnat, dsr, xdp or ipvs',
});

export const kernelSchema = z
  .strictObject({
    /** Where clients come in; null: the node's own address. Direct return needs one that the targets carry, too. */
    virtualAddress: addressSchema.nullable().default(null).meta({ title: 'Virtual address' }),
    masquerade: z.boolean().default(false).meta({
      title: 'Masquerade',
      description:
        "nft-dnat, ipvs: targets see this node's address. Without it they answer through this node",
    }),
    remember: z.boolean().default(false).meta({
      title: 'Connection table',
      description: 'xdp: flows seen before keep their target, whatever becomes of the table',
    }),
  })
  .meta({ title: 'Kernel data path' });
export type KernelSettings = z.output<typeof kernelSchema>;

/** What a lab may ask of a kernel. */
export const triedPlanes = ['kube-proxy', 'nft-dnat', 'dsr', 'xdp', 'ipvs'] as const;
export const planeTrialsSchema = z.array(
  z.strictObject({ plane: z.enum(triedPlanes), works: z.boolean(), detail: z.string() }),
);
export type PlaneTrial = z.output<typeof planeTrialsSchema>[number];
