import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { Flow } from './flow.ts';
import type { Forwarder } from './forwarder.ts';

const most = 1000;

/** GET /connections?limit=100: the newest open flows, both four-tuples of each, and how many there are in all. */
export function connectionsRoute(forwarder: Forwarder): AdminRoute {
  return {
    method: 'GET',
    path: '/connections',
    handle(call) {
      const limit = Math.min(most, numberIn(call, 'limit', 100));
      const newest = limit === 0 ? [] : [...forwarder.flows].slice(-limit);
      const now = Date.now();
      return { open: forwarder.flows.size, connections: newest.map((flow) => row(flow, now)) };
    },
  };
}

function row(flow: Flow, now: number) {
  const { key, target } = flow;
  return {
    id: flow.id,
    target: flow.member?.id ?? null,
    client: {
      from: `${key.sourceAddress}:${key.sourcePort}`,
      to: `${key.destinationAddress}:${key.destinationPort}`,
    },
    upstream: target && {
      from: `${target.localAddress ?? '?'}:${target.localPort ?? '?'}`,
      to: `${target.remoteAddress ?? '?'}:${target.remotePort ?? '?'}`,
    },
    bytesToTarget: flow.toTarget,
    bytesFromTarget: flow.fromTarget,
    ageMs: now - flow.startedAt,
    idleMs: now - flow.lastAt,
  };
}
