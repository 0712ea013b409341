import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { ConnectionPage, ConnectionRow } from '../protocol/connections.ts';
import { connectionRow } from './connection-row.ts';
import type { Flow } from './flow.ts';
import type { Forwarder } from './forwarder.ts';
import type { UdpFlow } from './udp-flow.ts';
import type { UdpForwarder } from './udp.ts';

const most = 10_000;
/** Rows made in one go; between two goes traffic has its turn. */
const slice = 250;
/** A screenful or two. */
const mostEnded = 100;

/**
 * GET /connections?limit=100&before=ID: open flows, the newest first, with both four-tuples of each; beside them those
 * that ended lately, kept only while somebody looks. `client=ADDRESS:PORT`: only those of that client.
 */
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
      const client = call.query.get('client');
      if (client !== null) return oneClients(client, all, forwarder);
      const older = all.filter(({ id }) => id < before).toSorted((a, b) => b.id - a.id);
      const page = older.slice(0, limit);
      const connections: ConnectionRow[] = [];
      for (const [index, flow] of page.entries()) {
        if (index > 0 && index % slice === 0) await new Promise((resolve) => setImmediate(resolve));
        connections.push(connectionRow(flow));
      }
      const next = older.length > page.length ? (page.at(-1)?.id ?? null) : null;
      return { open: all.length, connections, next, ended: forwarder.ended().slice(0, mostEnded) };
    },
  };
}

/** At most a handful: an address and port is one connection at a time. */
function oneClients(from: string, all: readonly (Flow | UdpFlow)[], forwarder: Forwarder): ConnectionPage {
  const isTheirs = ({ client }: ConnectionRow) => client.from === from;
  const connections = all.map(connectionRow).filter(isTheirs);
  return { open: all.length, connections, next: null, ended: forwarder.ended().filter(isTheirs) };
}
