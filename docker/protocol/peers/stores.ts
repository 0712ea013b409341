import { z } from 'zod';
import { addressSchema, listenSchema, portSchema, programSchema } from '../common.ts';
import { duration } from '../timing.ts';

/**
 * Real stores and services behind the lab's own balancers. Slowness is real, too: the system's processes are stopped and
 * continued by signals, so whatever it was asked meanwhile waits.
 */
const stall = {
  stallMs: duration(0, 'Freezes for (0: never)'),
  stallEveryMs: duration(1000, 'one freeze every', 50),
};

export const redisSettingsSchema = z.strictObject({
  maxClients: z.int().min(1).max(10_000).default(10_000).meta({ title: 'Clients at most (maxclients)' }),
  ...stall,
});
export const postgresSettingsSchema = z.strictObject({
  maxConnections: z
    .int()
    .min(5)
    .max(200)
    .default(100)
    .meta({ title: 'Connections at most (max_connections)', description: 'read at start only' }),
  ...stall,
});
export const pgbouncerSettingsSchema = z.strictObject({
  poolMode: z.enum(['session', 'transaction', 'statement']).default('session').meta({ title: 'Pool mode' }),
  poolSize: z.int().min(1).max(200).default(20).meta({ title: 'Server connections (default_pool_size)' }),
  maxClients: z.int().min(1).max(10_000).default(100).meta({ title: 'Clients at most (max_client_conn)' }),
  target: z
    .strictObject({ id: z.string().min(1).max(63), address: addressSchema, port: portSchema })
    .meta({ title: 'PostgreSQL' }),
  ...stall,
});
export const mqttSettingsSchema = z.strictObject({ ...stall });
export const dnsSettingsSchema = z.strictObject({
  /** Names of the zone that it answers for itself; others get NXDOMAIN. */
  records: z
    .record(z.string().regex(/^[a-z0-9.-]{1,200}$/, 'a name such as shop.lab'), z.ipv4())
    .default({ 'shop.lab': '192.0.2.10' })
    .meta({ title: 'Records' }),
  ...stall,
});
/** A workplace with every system's own command-line tools; nothing runs there by itself. */
export const toolsSettingsSchema = z.strictObject({});

export interface StallSettings {
  readonly stallMs: number;
  readonly stallEveryMs: number;
}
export type RedisSettings = z.output<typeof redisSettingsSchema>;
export type PostgresSettings = z.output<typeof postgresSettingsSchema>;
export type PgbouncerSettings = z.output<typeof pgbouncerSettingsSchema>;
export type MqttSettings = z.output<typeof mqttSettingsSchema>;
export type DnsSettings = z.output<typeof dnsSettingsSchema>;

const service = <R extends string, S extends z.ZodType>(role: R, settings: S) =>
  programSchema.extend({ role: z.literal(role), listen: listenSchema, settings });

export const redisConfigSchema = service('redis', redisSettingsSchema);
export const postgresConfigSchema = service('postgres', postgresSettingsSchema);
export const pgbouncerConfigSchema = service('pgbouncer', pgbouncerSettingsSchema);
export const mqttConfigSchema = service('mqtt', mqttSettingsSchema);
export const dnsConfigSchema = service('dns', dnsSettingsSchema);
export const toolsConfigSchema = programSchema.extend({
  role: z.literal('tools'),
  settings: toolsSettingsSchema,
});

export type RedisConfig = z.output<typeof redisConfigSchema>;
export type PostgresConfig = z.output<typeof postgresConfigSchema>;
export type PgbouncerConfig = z.output<typeof pgbouncerConfigSchema>;
export type MqttConfig = z.output<typeof mqttConfigSchema>;
export type DnsConfig = z.output<typeof dnsConfigSchema>;
export type ToolsConfig = z.output<typeof toolsConfigSchema>;
