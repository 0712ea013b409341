import type { Persona } from './persona.ts';
import { noLimitMs } from './persona.ts';

/** kube-proxy in iptables mode, lb-spec section 3.1. A lab that makes claims about packets uses genuine rules. */
export const kubeProxy: Persona = {
  name: 'kube-proxy',
  title: 'kube-proxy (iptables)',
  l4: {
    persona: 'kube-proxy',
    algorithm: 'random',
    healthCheck: { protocol: 'none' },
    passive: { consecutiveErrors: 0, errorShare: 0, latencyMs: 0 },
    whenAllDown: 'refuse',
    panicThreshold: 0,
    whenUnhealthy: 'keep',
    slowStartMs: 0,
    drainMs: 0,
    afterDrain: 'keep',
    connectRetries: 0,
    idleTimeoutMs: noLimitMs,
    whenIdle: 'forget',
  },
  l7: null,
  checks: ['none'],
  checkDefaults: {},
  detection: {
    rule: 'never',
    words: "never by itself: the kubelet's readiness probe takes an endpoint away (10 s x 3 by default)",
  },
  onEviction: 'existing connections stay where they are, for as long as conntrack knows them',
  allDown: 'without endpoints new connections are rejected (refused)',
  faithful: [
    'random per connection, each endpoint alike (probability 1/(n-i) down the rules)',
    'no health check of its own, no counters, no least-connections',
    'a connection keeps its endpoint for life; removal concerns new connections only',
    'no retries: a dead endpoint costs the connection',
  ],
  notModelled: [
    'packets: DNAT, masquerade, the refused connection instead of one accepted and then reset',
    'session affinity (10,800 s), topology hints, traffic policies, terminating endpoints as a last resort',
    "the sync period that delays an endpoint's removal (1 s to 30 s): the host decides when targets change",
  ],
  unverified: [
    'conntrack forgets an idle connection after 5 days (MEM): here after one day, the longest setting',
  ],
};
