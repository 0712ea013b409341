import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { Flow } from './flow.ts';
import type { Forwarder } from './forwarder.ts';
import type { UdpFlow } from './udp-flow.ts';
import type { UdpForwarder } from './udp.ts';

const most = 1000;

/** GET /connections?limit=100: the newest open flows, both four-tuples of each, and how many there are in all. */
export function connectionsRoute(forwarder: Forwarder, udp: UdpForwarder): AdminRoute {
  return {
    method: 'GET',
    path: '/connections',
    handle(call) {
      const limit = Math.min(most, numberIn(call, 'limit', 100));
      const newest = limit === 0 ? [] : [...forwarder.flows].slice(-limit);
      const newestUdp = limit === 0 ? [] : [...udp.flows].slice(-limit);
      const now = Date.now();
      return {
        open: forwarder.flows.size + udp.flows.size,
        connections: [
          ...newest.map((flow) => row(flow, upstreamOf(flow), now)),
          ...newestUdp.map((flow) => row(flow, flow.upstream, now)),
        ].slice(-limit),
      };
    },
  };
}

type Ends = { readonly from: string; readonly to: string } | null;

function upstreamOf({ target }: Flow): Ends {
  return (
    target && {
      from: `${target.localAddress ?? '?'}:${target.localPort ?? '?'}`,
      to: `${target.remoteAddress ?? '?'}:${target.remotePort ?? '?'}`,
    }
  );
}

function row(flow: Flow | UdpFlow, upstream: Ends, now: number) {
  const { key } = flow;
  return {
    id: flow.id,
    protocol: key.protocol,
    target: flow.member?.id ?? null,
    client: {
      from: `${key.sourceAddress}:${key.sourcePort}`,
      to: `${key.destinationAddress}:${key.destinationPort}`,
    },
    upstream,
    bytesToTarget: flow.toTarget,
    bytesFromTarget: flow.fromTarget,
    ageMs: now - flow.startedAt,
    idleMs: now - flow.lastAt,
  };
}
