//  client --datagram--> [front socket > flow > a socket of the flow's own] --datagram--> target
//  client <--datagram-- [front socket: the address that the client wrote to] <-- target
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { FlowKey } from '../balancing/algorithms/algorithm.ts';
import type { Group } from '../balancing/group.ts';
import type { Held, Member } from '../balancing/member.ts';
import type { ForwarderCounters } from './forwarder-counters.ts';

/** Datagrams that wait until the socket towards the target stands; UDP may lose what is beyond. */
const mostWaiting = 64;
/** Sockets that a flow holds towards targets: the present one's and the last one's. */
const mostWays = 2;

export interface UdpCounters {
  fromClients: number;
  toTargets: number;
  fromTargets: number;
  toClients: number;
  /** Nobody to send it to, no room for another flow, or refused by the target's machine. */
  dropped: number;
  /** Sent where their QUIC connection id says. */
  byConnectionId: number;
}

export interface UdpFlowDeps {
  readonly group: Group;
  readonly counters: ForwarderCounters;
  readonly datagrams: UdpCounters;
  now(): number;
  /** From the address that clients know. */
  reply(bytes: Uint8Array, flow: UdpFlow): void;
  onEnd(flow: UdpFlow): void;
}

/** What one client address and port says and hears. UDP has no connections: it ends by silence, or when it is told to. */
export interface UdpFlow extends Held {
  /** Nothing came for too long. */
  expire(): void;
  readonly id: number;
  readonly key: FlowKey;
  readonly member: Member | null;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly toTarget: number;
  readonly fromTarget: number;
  /** The socket towards the present target, `address:port` at both ends; null until it stands. */
  readonly upstream: { readonly from: string; readonly to: string } | null;
  /** To `member`, or, with null, to whoever has it already or is picked now. False: nobody may be used. */
  send(bytes: Uint8Array, member: Member | null): boolean;
}

export function createUdpFlow(id: number, key: FlowKey, deps: UdpFlowDeps): UdpFlow {
  const { group, counters, datagrams, now } = deps;
  const startedAt = now();
  // Two where the target changed, as it may when each datagram is picked for by itself: late replies still come through.
  const ways = new Map<Member, Way>();
  let member: Member | null = null;
  let lastAt = startedAt;
  let toTarget = 0;
  let fromTarget = 0;
  let known = true;

  const leave = (to: Member, way: Way) => {
    ways.delete(to);
    to.active -= 1;
    to.counters.open -= 1;
    to.held.delete(flow);
    way.close();
  };

  const end = () => {
    if (!known) return;
    known = false;
    for (const [to, way] of [...ways]) leave(to, way);
    deps.onEnd(flow);
  };

  const wayTo = (to: Member): Way => {
    const found = ways.get(to);
    if (found !== undefined) return found;
    const [oldest] = ways;
    if (ways.size >= mostWays && oldest !== undefined) leave(...oldest);
    const way = openWay(to.target.address, to.target.port, {
      onBytes(bytes) {
        lastAt = now();
        fromTarget += bytes.length;
        to.counters.fromTarget += bytes.length;
        counters.bytes.sent += bytes.length;
        datagrams.fromTargets += 1;
        deps.reply(bytes, flow);
      },
      // ICMP "port unreachable" came back: nobody listens there. The next datagram may find another target.
      onRefused() {
        to.counters.failed += 1;
        datagrams.dropped += 1;
        group.observe(to, { ok: false, latencyMs: null });
        if (ways.get(to) === way) leave(to, way);
        if (member === to) member = null;
      },
    });
    ways.set(to, way);
    to.active += 1;
    to.counters.opened += 1;
    to.counters.open += 1;
    to.held.add(flow);
    return way;
  };

  const flow: UdpFlow = {
    id,
    key,
    startedAt,
    get member() {
      return member;
    },
    get lastAt() {
      return lastAt;
    },
    get toTarget() {
      return toTarget;
    },
    get fromTarget() {
      return fromTarget;
    },
    get upstream() {
      const way = member === null ? undefined : ways.get(member);
      return way?.ends() ?? null;
    },
    send(bytes, wanted) {
      const to = wanted ?? member ?? group.pick(key);
      if (to === null || !known) return false;
      member = to;
      lastAt = now();
      toTarget += bytes.length;
      to.counters.toTarget += bytes.length;
      datagrams.toTargets += 1;
      wayTo(to).send(bytes);
      return true;
    },
    letGo: end,
    expire: end,
  };
  return flow;
}

interface Way {
  send(bytes: Uint8Array): void;
  ends(): { readonly from: string; readonly to: string } | null;
  close(): void;
}

interface WayHooks {
  onBytes(bytes: Uint8Array): void;
  onRefused(): void;
}

/** A connected socket: the kernel lets in only what comes from this target, and tells of ICMP errors. */
function openWay(address: string, port: number, { onBytes, onRefused }: WayHooks): Way {
  const socket: Socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let waiting: Uint8Array[] | null = [];
  let closed = false;
  const refused = () => {
    if (!closed) onRefused();
  };
  socket.on('error', refused);
  socket.on('message', onBytes);
  socket.on('connect', () => {
    for (const bytes of waiting ?? []) socket.send(bytes, (error) => error !== null && refused());
    waiting = null;
  });
  socket.connect(port, address);
  return {
    send(bytes) {
      if (waiting === null) socket.send(bytes, (error) => error !== null && refused());
      else if (waiting.length < mostWaiting) waiting.push(bytes);
    },
    ends() {
      if (waiting !== null || closed) return null;
      const local = socket.address();
      return { from: `${local.address}:${local.port}`, to: `${address}:${port}` };
    },
    close() {
      closed = true;
      socket.close();
    },
  };
}
