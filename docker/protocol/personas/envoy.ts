import type { L4Patch } from '../balancer.ts';
import type { Persona } from './persona.ts';

const shared = {
  persona: 'envoy',
  algorithm: 'round-robin',
  healthCheck: {
    protocol: 'http',
    path: '/',
    method: 'GET',
    hostIs: 'target',
    headers: { 'user-agent': 'Envoy/HC' },
    successCodes: '200',
    intervalMs: 10_000,
    jitterMs: 0,
    timeoutMs: 5_000,
    fastIntervalMs: 0,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
    initialState: 'initial',
    statusFailsAtOnce: true,
  },
  // Outlier detection is off until configured; these are its defaults for whoever sets consecutiveErrors to 5.
  passive: {
    consecutiveErrors: 0,
    errorShare: 0,
    latencyMs: 0,
    errorStatuses: '500-599',
    windowMs: 10_000,
    minimumRequests: 100,
    ejectMs: 30_000,
    maxEjectMs: 300_000,
    maxEjectedShare: 0.1,
  },
  whenAllDown: 'fail-open',
  panicThreshold: 0.5,
  whenUnhealthy: 'keep',
  slowStartMs: 0,
  drainMs: 600_000,
  afterDrain: 'keep',
  connectTimeoutMs: 5_000,
  connectRetries: 0,
} as const satisfies L4Patch;

/** Envoy, lb-spec section 6.1. */
export const envoy: Persona = {
  name: 'envoy',
  title: 'Envoy',
  l4: { ...shared, idleTimeoutMs: 3_600_000, whenIdle: 'close' },
  l7: {
    ...shared,
    responseTimeoutMs: 15_000,
    keepAliveMs: 3_600_000,
    noTargetStatus: 503,
    unreachableStatus: 503,
    forwardedFor: 'keep',
  },
  checks: ['none', 'tcp', 'http', 'https', 'grpc'],
  checkDefaults: {},
  detection: {
    rule: 'active',
    words: 'the first wrong status evicts; failed connections and time-outs are counted to the threshold',
  },
  onEviction: 'existing connections are kept',
  allDown: 'panics: below half of its hosts healthy it uses them all',
  faithful: [
    'an unexpected status makes a host unhealthy at once; one success at the start makes it healthy',
    'panic threshold 50 %: below it, all hosts get traffic',
    'outlier detection when set: 5xx in a row, 30 s times the ejections in a row, 300 s at most, 10 % but always one host',
    'an active check that passes ends an ejection',
    'connect 5 s, route 15 s, idle 1 h; no retries; X-Forwarded-For only with use_remote_address',
  ],
  notModelled: [
    "no active check unless configured, and then without defaults: interval, time-out and thresholds here are the lab's",
    'priorities, over-provisioning, zones, subsets',
    'ejections ending at the next 10 s sweep: here at the moment they are over',
    'success-rate and failure-percentage outliers (mean and deviation); consecutive gateway failures',
    'check connections kept open between checks; the 60 s interval of a cluster without traffic',
    'circuit breakers, retry budgets, HTTP/2, draining by GOAWAY spread over the drain time',
    'the route time-out from the end of the request to the end of the response: here between bytes',
  ],
  unverified: [
    'drain time 600 s (MEM)',
    '503 for a host that cannot be reached, flag UF (MEM)',
    'User-Agent Envoy/HC of its checks (MEM)',
  ],
};
