//  client --udp--> [front socket > flow table: who has it? else pick] --udp--> target
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { FlowKey } from '../balancing/algorithms/algorithm.ts';
import type { Clock } from '../balancing/clock.ts';
import type { Group } from '../balancing/group.ts';
import type { Member } from '../balancing/member.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { ForwarderCounters } from './forwarder-counters.ts';
import { watchIdle } from './idle.ts';
import { createQuicRoute } from './quic-route.ts';
import type { QuicRoute } from './quic-route.ts';
import { createUdpFlow } from './udp-flow.ts';
import type { UdpCounters, UdpFlow } from './udp-flow.ts';

/** Room for bursts before the kernel drops; it caps this at net.core.rmem_max. */
const receiveBufferBytes = 1024 * 1024;

export interface UdpForwarder {
  readonly flows: ReadonlySet<UdpFlow>;
  readonly datagrams: UdpCounters;
  /** Opens or closes the port as the settings say; rejects where it cannot be had. */
  listen(place: { readonly address: string; readonly port: number }): Promise<void>;
  settingsChanged(): void;
  close(): void;
}

export interface UdpDeps {
  readonly group: Group;
  readonly counters: ForwarderCounters;
  readonly clock: Clock;
  settings(): L4Settings;
  /** Something a person should know: the port cannot be had. */
  note(text: string): void;
}

/** The UDP half of the forwarder. Switched off it has no socket and no timer. */
export function createUdpForwarder({ group, counters, clock, settings, note }: UdpDeps): UdpForwarder {
  const flows = new Set<UdpFlow>();
  const byClient = new Map<string, UdpFlow>();
  const datagrams: UdpCounters = {
    fromClients: 0,
    toTargets: 0,
    fromTargets: 0,
    toClients: 0,
    dropped: 0,
    byConnectionId: 0,
  };
  let place: { readonly address: string; readonly port: number } | null = null;
  let front: Socket | null = null;
  let quic: QuicRoute | null = null;
  let idle: ReturnType<typeof watchIdle> | null = null;

  const idleRules = () => ({ idleTimeoutMs: settings().udpIdleMs, whenIdle: 'forget' }) as const;

  const open = (
    from: RemoteInfo,
    at: { readonly address: string; readonly port: number },
  ): UdpFlow | null => {
    const name = nameOf(from);
    const known = byClient.get(name);
    if (known !== undefined) return known;
    if (flows.size >= settings().udpFlows) {
      counters.connections.refused += 1;
      return null;
    }
    counters.connections.accepted += 1;
    counters.connections.open += 1;
    const flow = createUdpFlow(counters.connections.accepted, keyOf(from, at), {
      group,
      counters,
      datagrams,
      now: clock.now,
      reply(bytes) {
        // Out of the socket it came in by, so that the client sees the address it wrote to.
        front?.send(bytes, from.port, from.address, () => undefined);
        datagrams.toClients += 1;
      },
      onEnd(ended) {
        flows.delete(ended);
        byClient.delete(name);
        counters.connections.open -= 1;
      },
    });
    flows.add(flow);
    byClient.set(name, flow);
    return flow;
  };

  const route = (flow: UdpFlow, bytes: Uint8Array): Member | null => {
    const named = quic?.targetOf(bytes) ?? null;
    if (named !== null) datagrams.byConnectionId += 1;
    return named ?? (settings().udpRemember ? null : group.pick(flow.key));
  };

  const readSettings = () => {
    quic = settings().udpRoute === 'connection-id' ? createQuicRoute(settings(), group) : null;
  };
  readSettings();

  const onDatagram = (bytes: Buffer, from: RemoteInfo) => {
    if (place === null) return;
    datagrams.fromClients += 1;
    counters.bytes.received += bytes.length;
    const flow = open(from, place);
    if (flow?.send(bytes, route(flow, bytes)) === true) return;
    datagrams.dropped += 1;
    // A flow that never found a target would hold its place for nothing.
    if (flow !== null && flow.member === null) flow.letGo('forget');
  };

  const openFront = (at: { readonly address: string; readonly port: number }): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = createSocket({
        type: isIPv6(at.address) ? 'udp6' : 'udp4',
        recvBufferSize: receiveBufferBytes,
      });
      front = socket;
      socket.once('error', reject);
      socket.bind(at.port, at.address, () => {
        socket.off('error', reject);
        socket.on('error', (error) => note(`UDP: ${error.message}`));
        socket.on('message', onDatagram);
        resolve();
      });
      idle = watchIdle(flows, idleRules, clock);
    });

  const closeFront = () => {
    idle?.stop();
    idle = null;
    for (const flow of [...flows]) flow.letGo('forget');
    front?.close();
    front = null;
  };

  return {
    flows,
    datagrams,
    async listen(at) {
      place = at;
      if (settings().udp) await openFront(at);
    },
    settingsChanged() {
      readSettings();
      if (settings().udp && front === null && place !== null) {
        openFront(place).catch((error: unknown) => {
          front = null;
          idle?.stop();
          note(`UDP port ${place?.port ?? 0} cannot be opened: ${(error as Error).message}`);
        });
      } else if (!settings().udp && front !== null) closeFront();
      else idle?.settingsChanged();
    },
    close: closeFront,
  };
}

function nameOf({ address, port }: RemoteInfo): string {
  return `${address} ${port}`;
}

function keyOf(from: RemoteInfo, to: { readonly address: string; readonly port: number }): FlowKey {
  return {
    protocol: 'udp',
    sourceAddress: from.address,
    sourcePort: from.port,
    destinationAddress: to.address,
    destinationPort: to.port,
  };
}
