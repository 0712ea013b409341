import { z } from 'zod';
import { addressSchema, portSchema, programSchema } from './common.ts';
import { duration } from './timing.ts';

export const arrivals = ['constant', 'poisson', 'ramp', 'burst', 'replay'] as const;

/** Open-loop load: requests leave by the schedule whether or not earlier ones were answered. */
export const clientSettingsSchema = z.strictObject({
  running: z.boolean().default(true).meta({ title: 'Sending' }),
  address: addressSchema.meta({ title: 'Sends to' }),
  port: portSchema.meta({ title: 'Port' }),
  protocol: z
    .enum(['http1', 'http2', 'websocket', 'grpc', 'tcp', 'udp'])
    .default('http1')
    .meta({ title: 'Protocol' }),
  rate: z.number().min(0).max(20_000).default(50).meta({ title: 'Requests per second' }),
  arrival: z.enum(arrivals).default('constant').meta({ title: 'Arrivals' }),
  rampTo: z
    .number()
    .min(0)
    .max(20_000)
    .default(0)
    .meta({ title: 'Rate at the end of the ramp', for: ['ramp'] }),
  rampMs: duration(10_000, 'Length of the ramp', 1).meta({ for: ['ramp'] }),
  burstSize: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .meta({ title: 'Requests per burst', for: ['burst'] }),
  replay: z
    .array(z.number().min(0))
    .max(100_000)
    .default([])
    .meta({ title: 'Arrival times in ms', for: ['replay'] }),
  seed: z.int().min(0).default(1).meta({ title: 'Seed' }),
  /** 0: until stopped. */
  total: z.int().min(0).default(0).meta({ title: 'Stop after this many (0: never)' }),
  connections: z
    .enum(['new', 'kept'])
    .default('new')
    .meta({ title: 'Connections', description: 'new: one per request; kept: one per user, used again' }),
  users: z.int().min(1).max(10_000).default(100).meta({ title: 'Users' }),
  sources: z.array(addressSchema).max(256).default([]).meta({ title: 'Source addresses' }),
  nat: z.boolean().default(false).meta({ title: 'All users behind one address' }),
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']).default('GET').meta({ title: 'Method' }),
  paths: z
    .array(z.string().startsWith('/').max(2048))
    .min(1)
    .max(100)
    .default(['/'])
    .meta({ title: 'Paths' }),
  host: z.string().max(253).nullable().default(null).meta({ title: 'Host header' }),
  headers: z.record(z.string(), z.string()).default({}).meta({ title: 'Headers' }),
  bodyBytes: z.int().min(0).max(10_000_000).default(0).meta({ title: 'Body size' }),
  maxInFlight: z.int().min(1).max(20_000).default(2000).meta({ title: 'In flight at most (more is shed)' }),
  connectTimeoutMs: duration(3000, 'Connect timeout', 1),
  firstByteTimeoutMs: duration(10_000, 'First-byte timeout', 1),
  totalTimeoutMs: duration(30_000, 'Whole-request timeout', 1),
  retries: z.int().min(0).max(5).default(0).meta({ title: 'Retries' }),
});
export type ClientSettings = z.output<typeof clientSettingsSchema>;

export const clientConfigSchema = programSchema.extend({
  role: z.literal('client'),
  settings: clientSettingsSchema,
});
export type ClientConfig = z.output<typeof clientConfigSchema>;

/** How a request ended without an answer; each its own outcome. */
export const failureKinds = [
  'refused',
  'unreachable',
  'connect-timeout',
  'first-byte-timeout',
  'total-timeout',
  'reset',
  'closed-early',
  'truncated',
  'bad-response',
  'tls',
  'no-port',
] as const;
export type FailureKind = (typeof failureKinds)[number];
