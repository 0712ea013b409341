import type { L4Patch } from '../balancer.ts';
import type { Persona } from './persona.ts';
import { noLimitMs } from './persona.ts';

const shared = {
  persona: 'haproxy',
  algorithm: 'round-robin',
  healthCheck: {
    protocol: 'tcp',
    port: null,
    method: 'OPTIONS',
    path: '/',
    host: null,
    hostIs: 'none',
    httpVersion: '1.0',
    headers: { 'user-agent': '' },
    successCodes: '200-399',
    bodyMatch: null,
    maxLatencyMs: 0,
    intervalMs: 2_000,
    jitterMs: 0,
    timeoutMs: 2_000,
    fastIntervalMs: 0,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
    initialState: 'healthy',
    statusFailsAtOnce: false,
  },
  passive: { consecutiveErrors: 0, errorShare: 0, latencyMs: 0 },
  whenAllDown: 'refuse',
  panicThreshold: 0,
  whenUnhealthy: 'keep',
  slowStartMs: 0,
  drainMs: noLimitMs,
  afterDrain: 'keep',
  connectTimeoutMs: noLimitMs,
  connectRetries: 3,
  connectRetryAt: 'same',
  connectRetryWaitMs: 1_000,
} as const satisfies L4Patch;

/** HAProxy 2.6 as Debian 12 ships it, lb-spec section 4. */
export const haproxy: Persona = {
  name: 'haproxy',
  title: 'HAProxy 2.6',
  l4: { ...shared, idleTimeoutMs: noLimitMs, whenIdle: 'close' },
  l7: {
    ...shared,
    responseTimeoutMs: noLimitMs,
    keepAliveMs: noLimitMs,
    noTargetStatus: 503,
    unreachableStatus: 503,
    forwardedFor: 'keep',
  },
  checks: ['none', 'tcp', 'tls', 'http', 'https', 'agent'],
  checkDefaults: {},
  detection: { rule: 'active', words: 'three failed checks in a row; back after two passes' },
  onEviction:
    'existing sessions continue on the server that is down (on-marked-down shutdown-sessions is off)',
  allDown: 'answers 503 itself (TCP mode: closes)',
  faithful: [
    'inter 2 s covers the whole check, rise 2, fall 3; starts up, and one failure from boot is enough',
    'option httpchk: OPTIONS / HTTP/1.0 without Host; 2xx and 3xx pass',
    'its own words for a check: L4OK, L4CON, L4TOUT, L6OK, L6RSP, L7OK, L7STS, L7TOUT, L7RSP',
    'existing sessions stay; with every server down it answers 503',
    'retries 3: the same server again, a second apart, evicted or not, before it answers 503 (TCP mode: closes)',
    'X-Forwarded-For only by option forwardfor',
    'slowstart is linear, and only after a failure',
  ],
  notModelled: [
    'the default algorithm of 3.x, random of two: choose two-choices',
    'option redispatch: set connectRetryAt to another',
    'queues (maxconn, timeout queue), stick tables, cookies, ACLs',
    'observe, on-error and error-limit: use the passive settings',
    'an agent beside a check: here the agent is the check, and an agent that cannot be reached fails it',
    'the interval counted from the end of a check: here from start to start',
  ],
  unverified: [
    'retries 3 (MEM)',
    '503 for a server that cannot be reached, log SC or sC (MEM)',
    'a target that answers nothing is checked again one interval after the time-out (MEM)',
  ],
};
