import { z } from 'zod';
import { addressSchema, listenSchema, portSchema, programSchema } from './common.ts';
import { quicServerSchema } from './quic.ts';
import { duration, timer } from './timing.ts';
import { serverTlsSchema } from './tls.ts';

/** What the application says of some of its pages. */
const pageSchema = z.strictObject({
  cacheControl: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]*$/, 'a header value on one line')
    .default('')
    .meta({ title: 'Cache-Control (empty: says nothing)' }),
  vary: z
    .string()
    .max(200)
    .regex(/^[\w*, -]*$/, 'names of headers')
    .default('')
    .meta({ title: 'Vary' }),
  personal: z
    .boolean()
    .default(false)
    .meta({ title: 'Another page for each user', description: 'who that is, the cookie user says' }),
});
export type Page = z.output<typeof pageSchema>;

export const backendSettingsSchema = z.strictObject({
  serviceMs: duration(0, 'Time to serve a request'),
  /** A Redis for the carts of /cart; null: in its own memory. */
  cartStore: z
    .strictObject({ address: addressSchema, port: portSchema })
    .nullable()
    .default(null)
    .meta({ title: 'Store of the carts (none: its own memory)' }),
  serviceMsByPath: z
    .record(z.string().startsWith('/'), z.number().min(0).max(86_400_000))
    .default({})
    .meta({ title: 'Other times, by path prefix', unit: 'ms' }),
  pages: z
    .record(z.string().startsWith('/'), pageSchema)
    .default({})
    .meta({ title: 'Pages, by path prefix' }),
  workers: z.int().min(0).max(10_000).default(0).meta({ title: 'Workers (0: no limit)' }),
  /** Of the content it serves, in every body: what tells an old release or a stale cache from a fresh one. */
  version: z.string().min(1).max(63).default('v1').meta({ title: 'Content version' }),
  accessLog: z.boolean().default(false).meta({ title: 'Log every request (errors always are)' }),
  bodyBytes: z.int().min(0).max(10_000_000).default(0).meta({ title: 'Extra body size' }),
  udp: z.boolean().default(false).meta({ title: 'Answers UDP on the same port, too' }),
  quic: quicServerSchema.prefault({}),
  keepAliveMs: duration(5000, 'Idle connection', 1),
  /** In the clear, by prior knowledge: gRPC calls succeed, anything else gets a plain answer. Faults are HTTP/1's. */
  http2: z.boolean().default(false).meta({ title: 'HTTP/2 and gRPC' }),
  /** gRPC's MAX_CONNECTION_AGE: GOAWAY, so that clients connect anew. */
  http2MaxAgeMs: timer(0, 'Age at which an HTTP/2 connection is sent away (0: never)', 0),
  /** 0: none is refused. What is beyond is accepted and reset, as a server out of workers does. */
  maxConnections: z.int().min(0).max(100_000).default(0).meta({ title: 'Connections at once (0: no limit)' }),
  proxyProtocol: z.enum(['off', 'required']).default('off').meta({
    title: 'PROXY protocol from whoever connects',
    description: 'required: closed without one. off: one that comes is not HTTP, and answered 400',
  }),
  /** What `/health` looks at besides the process. */
  healthDepth: z
    .enum(['shallow', 'worker', 'dependencies'])
    .default('shallow')
    .meta({ title: '/health looks at' }),
  dependencies: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(63),
        kind: z.enum(['redis', 'postgres', 'tcp', 'http']),
        address: addressSchema,
        port: portSchema,
        required: z.boolean().default(true),
      }),
    )
    .max(16)
    .default([]),
  tls: serverTlsSchema.prefault({}),
  drainMs: duration(10_000, 'Longest drain after SIGTERM'),
});
export type BackendSettings = z.output<typeof backendSettingsSchema>;

/** When and to what a fault applies; composed around every fault by the framework, not by the fault itself. */
export const faultScopeSchema = z.strictObject({
  probability: z.number().min(0).max(1).default(1).meta({ title: 'Share of requests' }),
  paths: z
    .array(z.string().startsWith('/'))
    .default([])
    .meta({ title: 'Only these path prefixes (none: all)' }),
  methods: z.array(z.string()).default([]).meta({ title: 'Only these methods (none: all)' }),
  first: z.int().min(0).default(0).meta({ title: 'Only the first N requests (0: all)' }),
  schedule: z
    .strictObject({
      atMs: duration(0, 'Begin after'),
      forMs: duration(0, 'Last for (0: until cleared)'),
      everyMs: duration(0, 'Repeat every (0: once)'),
    })
    .nullable()
    .default(null)
    .meta({ title: 'Schedule' }),
});
export type FaultScope = z.output<typeof faultScopeSchema>;

/** One active fault as config and admin API state it: its own settings, and its scope. */
export const faultRequestSchema = z.strictObject({
  settings: z.record(z.string(), z.json()).default({}),
  scope: faultScopeSchema.prefault({}),
});
export type FaultRequest = z.output<typeof faultRequestSchema>;

export const backendConfigSchema = programSchema.extend({
  role: z.literal('backend'),
  listen: listenSchema,
  settings: backendSettingsSchema.prefault({}),
  faults: z.record(z.string(), faultRequestSchema).default({}),
});
export type BackendConfig = z.output<typeof backendConfigSchema>;
