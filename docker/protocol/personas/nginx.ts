import type { L4Patch } from '../balancer.ts';
import type { Persona } from './persona.ts';
import { noLimitMs } from './persona.ts';

const shared = {
  persona: 'nginx',
  algorithm: 'weighted-round-robin',
  healthCheck: { protocol: 'none' },
  passive: {
    consecutiveErrors: 1,
    errorShare: 0,
    latencyMs: 0,
    errorStatuses: '',
    windowMs: 10_000,
    ejectMs: 10_000,
    maxEjectMs: 0,
    maxEjectedShare: 1,
  },
  whenAllDown: 'refuse',
  panicThreshold: 0,
  whenUnhealthy: 'keep',
  slowStartMs: 0,
  drainMs: noLimitMs,
  afterDrain: 'keep',
  connectTimeoutMs: 60_000,
  connectRetries: 10,
} as const satisfies L4Patch;

/** NGINX open source 1.22 as Debian 12 ships it, lb-spec section 5. */
export const nginx: Persona = {
  name: 'nginx',
  title: 'NGINX 1.22',
  l4: { ...shared, idleTimeoutMs: 600_000, whenIdle: 'close' },
  l7: {
    ...shared,
    responseTimeoutMs: 60_000,
    keepAliveMs: 75_000,
    noTargetStatus: 502,
    unreachableStatus: null,
    forwardedFor: 'keep',
  },
  checks: ['none'],
  checkDefaults: {},
  detection: {
    rule: 'passive',
    words: 'one request that cannot be delivered (max_fails 1); tried again by a real request after 10 s',
  },
  onEviction: 'existing connections are kept',
  allDown: 'tries them all, then answers 502 (no live upstreams)',
  faithful: [
    'no active checks: only real requests judge',
    'error, time-out and an invalid header count; an HTTP 500 does not, so a target that answers 500 stays',
    'max_fails 1, fail_timeout 10 s; ignored when the group has one server',
    'smooth weighted round robin',
    'next upstream while connecting, before anything was sent',
    'connect, read and send time-outs 60 s; client keep-alive 75 s; stream proxy_timeout 10 min',
  ],
  notModelled: [
    'HTTP/1.0 and a new connection per request to the upstream (the default before 1.29.7): connections are kept here',
    'next upstream after the request was sent (idempotent methods)',
    'effective weight that falls with failures and recovers by picks',
    'state per worker process: here one process',
    'buffering of requests and responses, caches, limit_req, worker_shutdown_timeout',
    'more than ten other upstreams tried for one request',
  ],
  unverified: ['499 in its log for a client that left first (MEM): here the cause client-gone'],
};
