import type { L7Patch } from '../../../docker/protocol/balancer.ts';
import type { FaultName } from '../../../docker/protocol/faults.ts';

/** What a person might change while all is running; one after the other, one a second. */
export const changes: readonly L7Patch[] = [
  { algorithm: 'round-robin' },
  { algorithm: 'least-outstanding', poolSize: 4 },
  { algorithm: 'peak-ewma', poolSize: 128 },
  { retry: { tries: 2, on: ['closed', '5xx'] } },
  { retry: { tries: 1, perTryTimeoutMs: 300 } },
  { limits: { rules: { all: { requests: 1000, by: 'everyone' } } } },
  { waf: { mode: 'block' } },
  { waf: { mode: 'detect', paranoia: 2 } },
  { compression: { encodings: ['gzip', 'br'] } },
  { cache: { enabled: true, staleWhileRevalidateMs: 500 } },
  { cache: { enabled: true, maxBytes: 4096 } },
  { http: { requestsPerConnection: 20 } },
  { http: { bodyBytes: 10_000 } },
  { http: { desync: 'strictest' } },
  { keepAliveMs: 200 },
  { tracing: true, forwarded: 'append' },
  { responseTimeoutMs: 250 },
  { pool: { queueLimit: 5, queueTimeoutMs: 100 }, poolSize: 2 },
];

/** On one backend at a time. */
export const faults: readonly (readonly [FaultName, Readonly<Record<string, number>>])[] = [
  ['always-status', { status: 503 }],
  ['latency', { ms: 100 }],
  ['reset-mid-response', {}],
  ['accept-and-reset', {}],
  ['truncated-body', {}],
  ['error-share', { share: 0.5 }],
  ['refuse', {}],
  ['hang', {}],
  ['slow-body', {}],
];
