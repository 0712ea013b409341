import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { ConnectionPage, ConnectionRow, ConnectionState } from '../protocol/connections.ts';
import { hostPort, plainAddress } from '../wire/ip-address.ts';
import type { Flow } from './flow.ts';
import type { Forwarder } from './forwarder.ts';
import type { UdpFlow } from './udp-flow.ts';
import type { UdpForwarder } from './udp.ts';

const most = 10_000;
/** Rows made in one go; between two goes traffic has its turn. */
const slice = 250;

/** GET /connections?limit=100&before=ID: open flows, the newest first, with both four-tuples of each. */
export function connectionsRoute(forwarder: Forwarder, udp: Pick<UdpForwarder, 'flows'>): AdminRoute {
  return {
    method: 'GET',
    path: '/connections',
    async handle(call): Promise<ConnectionPage> {
      const limit = Math.min(most, numberIn(call, 'limit', 100));
      const before = numberIn(call, 'before', Number.MAX_SAFE_INTEGER);
      forwarder.looked();
      // Both kinds are numbered by one counter as they come.
      const all: readonly (Flow | UdpFlow)[] = [...forwarder.flows, ...udp.flows];
      const older = all.filter(({ id }) => id < before).toSorted((a, b) => b.id - a.id);
      const page = older.slice(0, limit);
      const connections: ConnectionRow[] = [];
      for (const [index, flow] of page.entries()) {
        if (index > 0 && index % slice === 0) await new Promise((resolve) => setImmediate(resolve));
        connections.push('client' in flow ? tcpRow(flow) : udpRow(flow));
      }
      const next = older.length > page.length ? (page.at(-1)?.id ?? null) : null;
      return { open: all.length, connections, next };
    },
  };
}

function tcpRow(flow: Flow): ConnectionRow {
  const { client, key, target, hello } = flow;
  const from = place(client.remoteAddress, client.remotePort);
  const stated = hostPort(key.sourceAddress, key.sourcePort);
  return {
    ...counts(flow),
    protocol: 'tcp',
    state: stateOf(flow),
    why: flow.why,
    client: { from, to: place(client.localAddress, client.localPort) },
    stated: stated === from ? null : stated,
    upstream: target && {
      from: place(target.localAddress, target.localPort),
      to: place(target.remoteAddress, target.remotePort),
    },
    serverName: hello?.serverName ?? null,
    alpn: hello?.alpn ?? [],
  };
}

function udpRow(flow: UdpFlow): ConnectionRow {
  const { key, upstream } = flow;
  return {
    ...counts(flow),
    protocol: 'udp',
    state: upstream === null ? 'dialling' : 'open',
    why: null,
    client: {
      from: hostPort(key.sourceAddress, key.sourcePort),
      to: hostPort(key.destinationAddress, key.destinationPort),
    },
    stated: null,
    upstream,
    serverName: null,
    alpn: [],
  };
}

function counts(flow: Flow | UdpFlow) {
  const now = Date.now();
  return {
    id: flow.id,
    target: flow.member?.id ?? null,
    bytesToTarget: flow.toTarget,
    bytesFromTarget: flow.fromTarget,
    ageMs: now - flow.startedAt,
    idleMs: now - flow.lastAt,
  };
}

function stateOf({ opening, target, client }: Flow): ConnectionState {
  if (opening) return 'opening';
  if (target === null) return 'dialling';
  if (client.readableEnded) return 'client-done';
  return target.readableEnded ? 'target-done' : 'open';
}

/** `?` where the socket is gone already. */
function place(address: string | undefined, port: number | undefined): string {
  return address === undefined ? '?' : hostPort(plainAddress(address), port ?? 0);
}
