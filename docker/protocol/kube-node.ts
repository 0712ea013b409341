import { z } from 'zod';
import { addressSchema, portSchema, programSchema } from './common.ts';

/** What the node's kernel rules do, for whoever asks its admin API; the rules themselves are the engine's to load. */
export const kubeNodeSettingsSchema = z.strictObject({
  service: z.string().min(1).max(200).meta({ title: 'Service' }),
  clusterAddress: addressSchema.meta({ title: 'Cluster address' }),
  clusterPort: portSchema.meta({ title: 'Cluster port' }),
  nodePort: portSchema.meta({ title: 'Node port' }),
  endpoints: z
    .array(z.strictObject({ name: z.string().min(1).max(63), address: addressSchema, port: portSchema }))
    .max(1000)
    .meta({ title: 'Endpoints' }),
});
export type KubeNodeSettings = z.output<typeof kubeNodeSettingsSchema>;

export const kubeNodeConfigSchema = programSchema.extend({
  role: z.literal('kube-node'),
  settings: kubeNodeSettingsSchema,
});
export type KubeNodeConfig = z.output<typeof kubeNodeConfigSchema>;
