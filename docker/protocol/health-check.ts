import { z } from 'zod';
import { portSchema } from './common.ts';
import { duration, timer } from './timing.ts';
import { tlsVersionsSchema } from './tls.ts';

export const checkProtocols = ['none', 'tcp', 'tls', 'http', 'https', 'grpc', 'agent'] as const;

/** An active health check. Defaults are AWS NLB's (lb-spec 1.4); personas override them. */
export const healthCheckSchema = z
  .strictObject({
    protocol: z.enum(checkProtocols).default('tcp').meta({ title: 'Check by' }),
    port: portSchema.nullable().default(null).meta({ title: 'Port', description: 'null: the traffic port' }),
    method: z
      .enum(['GET', 'HEAD', 'OPTIONS'])
      .default('GET')
      .meta({ title: 'Method', for: ['http', 'https'] }),
    path: z
      .string()
      .startsWith('/')
      .max(1024)
      .default('/')
      .meta({ title: 'Path', for: ['http', 'https'] }),
    host: z
      .string()
      .max(253)
      .nullable()
      .default(null)
      .meta({ title: 'Host header', for: ['http', 'https'] }),
    /** What names the target where `host` is null: AWS NLB sends its own address, ALB the target's, HAProxy nothing. */
    hostIs: z
      .enum(['target', 'listener', 'none'])
      .default('target')
      .meta({ title: 'Host header when not given', for: ['http', 'https'] }),
    httpVersion: z
      .enum(['1.0', '1.1'])
      .default('1.1')
      .meta({ title: 'HTTP version', for: ['http', 'https'] }),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .meta({ title: 'Headers', for: ['http', 'https'] }),
    successCodes: z
      .string()
      .regex(/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/, 'codes as 200, 200-399 or 200,301-302')
      .default('200-399')
      .meta({ title: 'Success codes', for: ['http', 'https'] }),
    /** Envoy: a status that is not expected evicts at once; only connection failures and time-outs are counted. */
    statusFailsAtOnce: z
      .boolean()
      .default(false)
      .meta({ title: 'A wrong status evicts at once', for: ['http', 'https'] }),
    bodyMatch: z
      .string()
      .max(1024)
      .nullable()
      .default(null)
      .meta({
        title: 'Body must match',
        description: 'a regular expression; null: not read',
        for: ['http', 'https'],
      }),
    maxLatencyMs: duration(0, 'Slowest good answer (0: any)').meta({ for: ['http', 'https'] }),
    serverName: z
      .string()
      .min(1)
      .max(253)
      .nullable()
      .default(null)
      .meta({
        title: 'Server name',
        description: 'Asked for in the ClientHello and, when verifying, expected; null: none',
        for: ['tls', 'https'],
      }),
    /** AWS never does; HAProxy (`verify required`) and Envoy (a trusted CA) do when told to. */
    verifyCertificate: z
      .boolean()
      .default(false)
      .meta({ title: 'Verify the certificate', for: ['tls', 'https'] }),
    tlsVersions: tlsVersionsSchema.meta({ title: 'TLS versions', for: ['tls', 'https'] }),
    grpcService: z
      .string()
      .max(200)
      .default('')
      .meta({ title: 'gRPC service', for: ['grpc'] }),
    intervalMs: timer(30_000, 'Interval'),
    jitterMs: timer(0, 'Jitter', 0),
    timeoutMs: timer(10_000, 'Timeout'),
    fastIntervalMs: timer(0, 'Interval while changing (0: the same)', 0),
    healthyThreshold: z.int().min(1).max(100).default(5).meta({ title: 'Passes to return' }),
    unhealthyThreshold: z.int().min(1).max(100).default(2).meta({ title: 'Failures to leave' }),
    initialState: z.enum(['initial', 'healthy', 'unhealthy']).default('initial').meta({
      title: 'State at start',
      description:
        'The first result decides: one pass enters service, and one failure ends an unproven healthy',
    }),
  })
  .meta({ title: 'Health check' });

export type HealthCheck = z.output<typeof healthCheckSchema>;

/** Outcome of one probe, in HAProxy's vocabulary: the layer that judged, and how. */
export const probeCodes = [
  'L4OK',
  'L4TOUT',
  'L4CON',
  'L6OK',
  'L6TOUT',
  'L6RSP',
  'L7OK',
  'L7STS',
  'L7TOUT',
  'L7RSP',
  'SOCKERR',
] as const;
export type ProbeCode = (typeof probeCodes)[number];

export interface ProbeResult {
  readonly ok: boolean;
  readonly code: ProbeCode;
  /** "HTTP 500", "connection refused", ... */
  readonly detail: string;
  readonly durationMs: number;
}
