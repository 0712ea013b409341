import type { ConnectionRow, ConnectionState } from '../protocol/connections.ts';
import { hostPort, plainAddress } from '../wire/ip-address.ts';
import type { Flow } from './flow.ts';
import type { UdpFlow } from './udp-flow.ts';

export function connectionRow(flow: Flow | UdpFlow): ConnectionRow {
  return 'client' in flow ? tcpRow(flow) : udpRow(flow);
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
