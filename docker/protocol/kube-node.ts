import { z } from 'zod';
import { targetSchema } from './balancer.ts';
import { addressSchema, portSchema, programSchema } from './common.ts';
import { speakerSchema } from './speaker.ts';

/** A Service as this node's kernel is to know it. Endpoints are named as a balancer's targets are. */
export const kubeNodeSettingsSchema = z.strictObject({
  service: z.string().min(1).max(200).meta({ title: 'Service' }),
  clusterAddress: addressSchema.meta({ title: 'Cluster address' }),
  clusterPort: portSchema.meta({ title: 'Cluster port' }),
  nodePort: portSchema.meta({ title: 'Node port' }),
  /** An endpoint that is not ready (`draining`) is in no rule. */
  targets: z.array(targetSchema).max(1000).default([]).meta({ title: 'Endpoints' }),
  /** Kubernetes' sessionAffinity ClientIP; its own default is three hours. Not scaled: the kernel counts the seconds. */
  affinitySeconds: z.int().min(0).max(86_400).default(0).meta({ title: 'Session affinity (0: none)' }),
  sync: z.boolean().default(true).meta({
    title: 'Keep the rules in step',
    description: 'off: endpoints change, and the rules stay as they are, as on a node that is late',
  }),
  speaker: speakerSchema.prefault({}),
});
export type KubeNodeSettings = z.output<typeof kubeNodeSettingsSchema>;

export const kubeNodeConfigSchema = programSchema.extend({
  role: z.literal('kube-node'),
  settings: kubeNodeSettingsSchema,
});
export type KubeNodeConfig = z.output<typeof kubeNodeConfigSchema>;
