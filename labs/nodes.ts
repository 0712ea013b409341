import { z } from 'zod';
import { backendSettingsSchema } from '../docker/protocol/backend.ts';
import { l4SettingsSchema, l7SettingsSchema } from '../docker/protocol/balancer.ts';
import { clientSettingsSchema } from '../docker/protocol/client.ts';
import { kubeNodeSettingsSchema } from '../docker/protocol/kube-node.ts';
import { kubeletSettingsSchema } from '../docker/protocol/kubelet.ts';
import { limitsSchema } from '../docker/protocol/l7/limits.ts';
import { targetProtocolSchema } from '../docker/protocol/l7/pool.ts';
import { nameSchema } from '../docker/protocol/l7/route.ts';
import { routesLeadSomewhere, routingShape, targetGroupSchema } from '../docker/protocol/l7/routing.ts';
import { haproxySettingsSchema } from '../docker/protocol/peers/haproxy.ts';
import { nginxSettingsSchema } from '../docker/protocol/peers/nginx.ts';
import { hexSchema } from '../docker/protocol/quic.ts';
import {
  dnsSettingsSchema,
  mqttSettingsSchema,
  pgbouncerSettingsSchema,
  postgresSettingsSchema,
  redisSettingsSchema,
  toolsSettingsSchema,
} from '../docker/protocol/peers/stores.ts';
import { speakerSchema } from '../docker/protocol/speaker.ts';
import { faultNameSchema, faultUseSchema } from './actions.ts';
import { hostNameSchema, manifestNameSchema, nodeNameSchema } from './names.ts';

/**
 * Nodes as a lab writes them: the role's own settings, but with names where the program wants addresses.
 * A group (`count: 10`) is one entry; its members are NAME-1 ... NAME-10.
 */
/** What only a container's own network can give, `addresses` apart. A lab that uses it needs `docker` and `kernel`. */
export const networkSchema = z.strictObject({
  /** So many addresses in all: a client sends from each of them in turn, or over QUIC moves from the first to the second. */
  addresses: z.int().min(2).max(64).optional(),
  /** The group shares one address beside its members' own, called NAME-vip, and clients of the group are sent there. */
  virtual: z.boolean().default(false),
  /** This node holds those groups' virtual addresses on its loopback, so that it takes and gives answers for them. */
  carries: z.union([nodeNameSchema, z.array(nodeNameSchema).min(1)]).optional(),
  /** Whether ARP for addresses on the loopback is answered too (the kernel's default), or kept quiet. */
  arp: z.enum(['quiet', 'eager']).default('quiet'),
  /** Packets to clients leave through this node: what DNAT without masquerading needs. */
  repliesVia: nodeNameSchema.optional(),
  /** How its kernel follows connections, where it forwards packets; the kernel's own defaults: five days, and loose. */
  tracking: z
    .strictObject({
      /** A connection that is quiet for longer is forgotten. */
      idleSeconds: z.int().min(1).max(432_000),
      /** A packet from the middle of a connection that is not known begins a new entry; false: it is refused. */
      loose: z.boolean().default(true),
    })
    .optional(),
  /** Held by the node itself, for what a person types in its terminal. */
  holds: z.array(z.enum(['NET_ADMIN', 'NET_RAW'])).default([]),
});
export type NodeNetwork = z.output<typeof networkSchema>;

const common = {
  network: networkSchema.optional(),
  count: z.int().min(1).max(50).optional(),
  memoryMiB: z.int().min(16).max(1024).optional(),
  /** Where it listens; the role's usual port otherwise. */
  port: z.int().min(1024).max(65_535).optional(),
  /**
   * It holds certificates of the lab's own authority: one for its own name and address, and one for each of these names.
   * Every other node of the lab then trusts that authority.
   */
  certificates: z.array(hostNameSchema).max(8).optional(),
};
/** Kubernetes documents that say what a balancer does; what they say goes before its settings. */
const manifests = { manifests: manifestNameSchema.optional() };
const targets = z.union([nodeNameSchema, z.array(nodeNameSchema).min(1)]);

export const clientNodeSettings = clientSettingsSchema
  .omit({ address: true, port: true })
  .extend({ to: nodeNameSchema });
/** A balancer's targets may carry what its program keeps with each. */
const balancerTargets = z.union([
  nodeNameSchema,
  z
    .array(
      z.union([
        nodeNameSchema,
        z.strictObject({
          to: nodeNameSchema,
          weight: z.number().min(0).max(1000).optional(),
          draining: z.boolean().optional(),
          /** What it writes into the QUIC connection ids it gives out, in hex. */
          serverId: hexSchema(1, 15).optional(),
          /** L7: what is spoken with it, where `pool.protocol` does not say so of all. */
          protocol: targetProtocolSchema.optional(),
        }),
      ]),
    )
    .min(1),
]);
export const l4NodeSettings = l4SettingsSchema.omit({ targets: true }).extend({ targets: balancerTargets });
const l7Group = targetGroupSchema.extend({ targets });
const l7Routing = z
  .strictObject({ ...routingShape, groups: z.record(nameSchema, l7Group).default({}) })
  .superRefine(routesLeadSomewhere);
const l7Limits = limitsSchema.extend({ store: nodeNameSchema.nullable().default(null) });
export const l7NodeSettings = l7SettingsSchema
  .omit({ targets: true, routing: true, limits: true })
  .extend({ targets: balancerTargets, routing: l7Routing.prefault({}), limits: l7Limits.prefault({}) });
export const backendNodeSettings = backendSettingsSchema
  .omit({ dependencies: true, cartStore: true })
  .extend({
    cartStore: nodeNameSchema.nullable().default(null),
    dependencies: z
      .array(
        z.strictObject({
          to: nodeNameSchema,
          kind: z.enum(['redis', 'postgres', 'tcp', 'http']),
          required: z.boolean().default(true),
        }),
      )
      .max(16)
      .default([]),
  });
/** A Kubernetes node whose network carries kube-proxy's rules for one service. */
export const kubeNodeSettings = z.strictObject({
  targets,
  /** namespace/name:port, as kube-proxy hashes it. */
  service: z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+:[a-z0-9-]*$/, 'namespace/name:port'),
  clusterAddress: z.ipv4().default('10.96.0.100'),
  clusterPort: z.int().min(1).max(65_535).default(80),
  ...kubeNodeSettingsSchema.pick({ affinitySeconds: true, sync: true }).shape,
  /** Who shares the group's virtual address is worked out; only the times are the lab's. */
  speaker: speakerSchema.pick({ probeEveryMs: true, suspectMs: true }).prefault({}),
});

/** What the kubelet does to backends: they are its pods, and it tells balancers of their readiness. */
export const kubeletNodeSettings = kubeletSettingsSchema
  .omit({ pods: true, balancers: true })
  .extend({ pods: targets, balancers: z.array(nodeNameSchema).default([]) });

/** The systems themselves (docker/peers): they need containers. */
export const haproxyNodeSettings = haproxySettingsSchema.omit({ targets: true }).extend({ targets });
export const nginxNodeSettings = nginxSettingsSchema.omit({ targets: true }).extend({ targets });
/** Where a person goes from there; the picture draws it. */
export const toolsNodeSettings = toolsSettingsSchema.extend({ to: z.array(nodeNameSchema).default([]) });
export const pgbouncerNodeSettings = pgbouncerSettingsSchema
  .omit({ target: true })
  .extend({ to: nodeNameSchema });

export const nodeSettings = {
  client: clientNodeSettings,
  l4: l4NodeSettings,
  l7: l7NodeSettings,
  backend: backendNodeSettings,
  'kube-node': kubeNodeSettings,
  kubelet: kubeletNodeSettings,
  haproxy: haproxyNodeSettings,
  nginx: nginxNodeSettings,
  redis: redisSettingsSchema,
  postgres: postgresSettingsSchema,
  pgbouncer: pgbouncerNodeSettings,
  mqtt: mqttSettingsSchema,
  dns: dnsSettingsSchema,
  tools: toolsNodeSettings,
} as const;

export type NodeRole = keyof typeof nodeSettings;

export const nodeSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('client'), ...common, settings: clientNodeSettings }),
  z.strictObject({ role: z.literal('l4'), ...common, ...manifests, settings: l4NodeSettings }),
  z.strictObject({ role: z.literal('l7'), ...common, ...manifests, settings: l7NodeSettings }),
  z.strictObject({
    role: z.literal('backend'),
    ...common,
    settings: backendNodeSettings.prefault({}),
    faults: z.partialRecord(faultNameSchema, faultUseSchema).optional(),
  }),
  z.strictObject({ role: z.literal('kube-node'), ...common, settings: kubeNodeSettings }),
  z.strictObject({ role: z.literal('kubelet'), ...common, settings: kubeletNodeSettings }),
  z.strictObject({ role: z.literal('haproxy'), ...common, settings: haproxyNodeSettings }),
  z.strictObject({ role: z.literal('nginx'), ...common, settings: nginxNodeSettings }),
  z.strictObject({ role: z.literal('redis'), ...common, settings: redisSettingsSchema.prefault({}) }),
  z.strictObject({ role: z.literal('postgres'), ...common, settings: postgresSettingsSchema.prefault({}) }),
  z.strictObject({ role: z.literal('pgbouncer'), ...common, settings: pgbouncerNodeSettings }),
  z.strictObject({ role: z.literal('mqtt'), ...common, settings: mqttSettingsSchema.prefault({}) }),
  z.strictObject({ role: z.literal('dns'), ...common, settings: dnsSettingsSchema.prefault({}) }),
  z.strictObject({ role: z.literal('tools'), ...common, settings: toolsNodeSettings.prefault({}) }),
]);
