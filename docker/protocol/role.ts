import type { z } from 'zod';
import { backendConfigSchema } from './backend.ts';
import { l4ConfigSchema, l7ConfigSchema } from './balancer.ts';
import { clientConfigSchema } from './client.ts';
import { kubeletConfigSchema } from './kubelet.ts';
import { kubeNodeConfigSchema } from './kube-node.ts';
import { haproxyConfigSchema } from './peers/haproxy.ts';
import { nginxConfigSchema } from './peers/nginx.ts';
import {
  dnsConfigSchema,
  mqttConfigSchema,
  pgbouncerConfigSchema,
  postgresConfigSchema,
  redisConfigSchema,
  toolsConfigSchema,
} from './peers/stores.ts';

/** Every role that is one of our programs, with the schema of its config. Adding a role adds a line here. */
export const configSchemas = {
  client: clientConfigSchema,
  l4: l4ConfigSchema,
  l7: l7ConfigSchema,
  backend: backendConfigSchema,
  'kube-node': kubeNodeConfigSchema,
  kubelet: kubeletConfigSchema,
  haproxy: haproxyConfigSchema,
  nginx: nginxConfigSchema,
  redis: redisConfigSchema,
  postgres: postgresConfigSchema,
  pgbouncer: pgbouncerConfigSchema,
  mqtt: mqttConfigSchema,
  dns: dnsConfigSchema,
  tools: toolsConfigSchema,
} as const satisfies Record<string, z.ZodType>;

export type ProgramRole = keyof typeof configSchemas;
