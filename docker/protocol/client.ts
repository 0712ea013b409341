import { z } from 'zod';
import { addressSchema, portSchema, programSchema } from './common.ts';
import { quicClientSchema } from './quic.ts';
import type { LatencyStats } from './stats.ts';
import { duration } from './timing.ts';
import { clientTlsSchema } from './tls.ts';

export const arrivals = ['constant', 'poisson', 'ramp', 'burst', 'replay'] as const;

/** RFC 9112 3.2: a request target is visible ASCII; anything else would end the request line early. */
const pathSchema = z
  .string()
  .startsWith('/')
  .max(2048)
  .regex(/^[\x21-\x7e]+$/, 'a path without spaces, anything beyond ASCII percent-encoded');
/** RFC 9110 5.1 and 5.5: a name is a token, a value has no line break. */
const headerNameSchema = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'a header name such as x-api-key');
const headerValueSchema = z.string().regex(/^[\x20-\x7e\x80-\xff\t]*$/, 'a header value on one line');

const bodySchema = z.string().max(4096);

/** One kind of request among several; what is left out is as in the settings around it. */
const kindSchema = z.strictObject({
  share: z.number().min(0).max(1_000_000).default(1).meta({ title: 'Share' }),
  path: pathSchema.meta({ title: 'Path' }),
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']).nullable().default(null),
  host: z.string().max(253).nullable().default(null),
  headers: z.record(headerNameSchema, headerValueSchema).default({}),
  bodyBytes: z.int().min(0).max(10_000_000).nullable().default(null),
  /** What it says, in place of so many bytes that say nothing. */
  body: bodySchema.nullable().default(null),
});

/** Open-loop load: requests leave by the schedule whether or not earlier ones were answered. */
export const clientSettingsSchema = z.strictObject({
  running: z.boolean().default(true).meta({ title: 'Sending' }),
  address: addressSchema.meta({ title: 'Sends to' }),
  port: portSchema.meta({ title: 'Port' }),
  protocol: z
    .enum(['http1', 'http2', 'websocket', 'grpc', 'tcp', 'udp', 'quic'])
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
  stopAfterMs: duration(0, 'Stop after this long (0: never)'),
  connections: z
    .enum(['new', 'kept'])
    .default('new')
    .meta({ title: 'Connections', description: 'new: one per request; kept: one per user, used again' }),
  users: z.int().min(1).max(10_000).default(100).meta({ title: 'Users' }),
  sources: z.array(addressSchema).max(256).default([]).meta({ title: 'Source addresses' }),
  nat: z.boolean().default(false).meta({ title: 'All users behind one address' }),
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']).default('GET').meta({ title: 'Method' }),
  paths: z
    .array(pathSchema)
    .min(1)
    .max(100)
    .default(['/'])
    .meta({ title: 'Paths', description: '{user} stands for the user, u1 and on' }),
  host: z.string().max(253).nullable().default(null).meta({ title: 'Host header' }),
  tls: clientTlsSchema.prefault({}),
  quic: quicClientSchema.prefault({}),
  headers: z
    .record(headerNameSchema, headerValueSchema)
    .default({})
    .meta({ title: 'Headers', description: '{user} stands for the user, u1 and on' }),
  bodyBytes: z.int().min(0).max(10_000_000).default(0).meta({ title: 'Body size' }),
  body: bodySchema
    .nullable()
    .default(null)
    .meta({ title: 'Body', description: 'a text; without one, as many bytes as the body size says' }),
  mix: z
    .record(z.string().regex(/^[a-z0-9-]{1,40}$/, 'a short name such as api'), kindSchema)
    .default({})
    .meta({
      title: 'Mix',
      description:
        'kinds of requests by name, drawn by share in place of the paths; each is counted and timed',
    }),
  cookieJar: z.boolean().default(false).meta({
    title: 'Users keep cookies',
    description: 'each sends back what it was given, as a browser does',
  }),
  maxInFlight: z.int().min(1).max(20_000).default(2000).meta({ title: 'In flight at most (more is shed)' }),
  connectTimeoutMs: duration(3000, 'Connect timeout', 1),
  firstByteTimeoutMs: duration(10_000, 'First-byte timeout', 1),
  totalTimeoutMs: duration(30_000, 'Whole-request timeout', 1),
  /** Linux probes in whole seconds. Whoever forwards packets sees them; a program at the other end does not. */
  tcpKeepAliveMs: duration(0, 'TCP keepalive after (0: off; HTTP/1.1, TCP)'),
  retries: z.int().min(0).max(5).default(0).meta({ title: 'Retries' }),
});
export type ClientSettings = z.output<typeof clientSettingsSchema>;
export type ClientPatch = Partial<z.input<typeof clientSettingsSchema>>;

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
  /** QUIC: the client changed its address, and nothing ever came back to the new one. */
  'lost-after-move',
  'bad-response',
  /** The certificate was refused: for another name, out of its dates, or signed by nobody that is trusted. */
  'certificate-name',
  'certificate-expired',
  'certificate-untrusted',
  'tls-timeout',
  /** Any other end of a TLS handshake. */
  'tls',
  'no-port',
  /** The client's own machine is at fault: no such source address, no descriptors left, or it may not send. */
  'local',
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** In `byServer`, where an answer carried no name: a balancer's own 502, or a server that is not ours. */
export const unnamedServer = 'unnamed';

/** `POST /request`: one request by hand, as a person's curl; it is not part of the load nor of its counts. */
export const handRequestSchema = z.strictObject({
  path: pathSchema.optional(),
  count: z.int().min(1).max(100).default(1),
  /** `address`, or `address:port`; left out: where the load goes. */
  target: z.string().min(1).max(260).optional(),
});
export type HandRequest = z.output<typeof handRequestSchema>;

export interface HandAnswer {
  readonly id: string;
  readonly target: string;
  readonly path: string;
  readonly at: number;
  /** The status, or how it failed. */
  readonly outcome: string;
  readonly ok: boolean;
  readonly server: string | null;
  readonly durationMs: number;
  /** The client's end of the connection, `address:port`; empty where there was none. */
  readonly connection: string;
  /** Status line and headers as received. */
  readonly head: string;
  /** The first 4 KB. */
  readonly body: string;
  /** What went wrong, in words; empty if nothing did. */
  readonly detail: string;
}

/** `GET /histogram?what=latency|service`: the whole run, by route (as the setting spells it) and outcome. */
export interface HistogramAnswer {
  readonly what: 'latency' | 'service';
  readonly all: LatencyStats;
  readonly routes: readonly (LatencyStats & { readonly route: string; readonly outcome: string })[];
}
