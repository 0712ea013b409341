//  client --data--> [opening, where asked for] --> [pending until connected] --write--> target
//  client <--write-- [onread buffer] <--read-- target        FIN passes as FIN, RST as RST, each way on its own
import type { Socket } from 'node:net';
import type { FlowKey } from '../balancing/algorithms/algorithm.ts';
import type { Group } from '../balancing/group.ts';
import type { Held, LetGo, Member } from '../balancing/member.ts';
import type { Pool } from '../balancing/pool.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { BlockCause, FlowEnd } from '../protocol/stats.ts';
import type { ClientHello } from '../wire/client-hello.ts';
import { plainAddress } from '../wire/ip-address.ts';
import { closeSoon } from './close-soon.ts';
import { dial } from './dial.ts';
import type { Dialling, Taken } from './dial.ts';
import type { Forgotten } from './forgotten.ts';
import type { ForwarderCounters } from './forwarder-counters.ts';
import { readOpening } from './opening.ts';
import type { Opened, Opening, Wanted } from './opening.ts';
import { prefaceFor } from './preface.ts';

export interface FlowDeps {
  readonly group: Group;
  settings(): L4Settings;
  now(): number;
  /** Whom a connection may go to, by what it said in the clear; null: nobody. */
  poolFor(hello: ClientHello | null): Pool | null;
  /** Somebody looks at the table, so a pick is to be explained. */
  watched(): boolean;
  readonly forgotten: Forgotten;
  readonly counters: ForwarderCounters;
  /** Called once, when the balancer no longer knows the flow. */
  onEnd(flow: Flow, how: FlowEnd | BlockCause): void;
}

/** One client connection and, once a target was found, its second half. */
export interface Flow extends Held {
  /** Begins it; before that nothing can end it. `wanted`: what must be read before a target is chosen. */
  begin(wanted: Wanted | null): void;
  /** Nothing came for too long. */
  expire(how: LetGo): void;
  readonly id: number;
  readonly startedAt: number;
  /** The client's addresses, or those that a PROXY header stated. */
  readonly key: FlowKey;
  readonly client: Socket;
  readonly member: Member | null;
  readonly target: Socket | null;
  readonly hello: ClientHello | null;
  readonly opening: boolean;
  readonly why: string | null;
  readonly lastAt: number;
  readonly toTarget: number;
  readonly fromTarget: number;
}

export function createFlow(id: number, client: Socket, deps: FlowDeps): Flow {
  const { group, counters, now } = deps;
  const startedAt = now();
  let target: Socket | null = null;
  let member: Member | null = null;
  let opening: Opening | null = null;
  let dialling: Dialling | null = null;
  let pending: readonly Buffer[] = nothing;
  let life: 'known' | 'forgotten' | 'gone' = 'known';

  /** The balancer's own end of the matter; what the sockets still do concerns nobody's counters. */
  const leave = (how: FlowEnd | BlockCause, next: 'forgotten' | 'gone' = 'gone'): boolean => {
    if (life !== 'known') return false;
    life = next;
    opening?.cancel();
    dialling?.cancel();
    counters.connections.open -= 1;
    counters.end(how);
    if (member !== null && target !== null) {
      member.active -= 1;
      member.counters.open -= 1;
      member.held.delete(flow);
    }
    deps.onEnd(flow, how);
    return true;
  };

  const resetBoth = (how: FlowEnd | BlockCause) => {
    if (!leave(how)) return;
    client.resetAndDestroy();
    target?.resetAndDestroy();
  };

  const onClientData = (chunk: Buffer) => {
    if (life !== 'known') return;
    flow.lastAt = now();
    counters.bytes.received += chunk.length;
    if (target !== null) send(target, chunk);
    else if (opening !== null) opening.feed(chunk);
    else {
      // The target is still being dialled: hold what came, and let the kernel's window hold the rest.
      pending = [...pending, chunk];
      client.pause();
    }
  };

  const send = (to: Socket, chunk: Buffer) => {
    flow.toTarget += chunk.length;
    if (member !== null) member.counters.toTarget += chunk.length;
    // Pausing on a non-zero writableLength alone would hang: 'drain' comes only after writableNeedDrain.
    if (!to.write(chunk)) client.pause();
  };

  const onTargetBytes = (bytes: Uint8Array): Taken => {
    if (life !== 'known') {
      if (life === 'forgotten') target?.resetAndDestroy();
      return 'flushed';
    }
    flow.lastAt = now();
    flow.fromTarget += bytes.length;
    counters.bytes.sent += bytes.length;
    if (member !== null) member.counters.fromTarget += bytes.length;
    if (!client.write(bytes)) return 'full';
    return client.writableLength === 0 ? 'flushed' : 'pending';
  };

  const onConnected = (socket: Socket, to: Member) => {
    dialling = null;
    flow.target = target = socket;
    flow.member = member = to;
    to.active += 1;
    to.counters.open += 1;
    to.held.add(flow);
    socket.on('end', () => life === 'known' && client.end());
    socket.on('drain', () => client.resume());
    socket.on('error', () => resetBoth('target-reset'));
    socket.on('close', () => client.closed && leave('closed'));
    const preface = prefaceFor(deps.settings().proxyProtocol, flow.key, flow.hello);
    if (preface !== null) send(socket, preface);
    for (const chunk of pending) send(socket, chunk);
    pending = nothing;
    if (client.readableEnded) socket.end();
    else if (!socket.writableNeedDrain) client.resume();
  };

  const onNoTarget = (how: 'refused' | 'failed') => {
    counters.connections[how] += 1;
    resetBoth('no-target');
  };

  const startDial = (pool: Pool) => {
    const onWhy = deps.watched() ? (text: string) => (flow.why = text) : undefined;
    const hooks = { onConnected, onBytes: onTargetBytes, onNoTarget, onWhy };
    dialling = dial(flow.key, { pool, group }, deps.settings(), hooks);
    if (life !== 'known') dialling.cancel();
  };

  const onOpened = (opened: Opened) => {
    opening = null;
    flow.opening = false;
    flow.hello = opened.hello;
    flow.key = statedKey(flow.key, opened) ?? flow.key;
    if (opened.rest.length > 0) {
      pending = [...pending, opened.rest];
      client.pause();
    }
    const pool = deps.poolFor(flow.hello);
    if (pool === null) resetBoth('no-route');
    else startDial(pool);
  };

  // Fields, not getters over closures: V8 keeps an object of those apart for every connection.
  const flow: Mutable<Flow> = {
    id,
    startedAt,
    client,
    key: new SocketKey(client),
    member: null,
    target: null,
    hello: null,
    opening: false,
    why: null,
    lastAt: startedAt,
    toTarget: 0,
    fromTarget: 0,
    begin(wanted) {
      if (wanted === null) startDial(group);
      else {
        flow.opening = true;
        opening = readOpening(wanted, onOpened, () => resetBoth('proxy-header'));
      }
    },
    expire: (how) => letGo(how, 'idle'),
    letGo: (how) => letGo(how, 'let-go'),
  };

  const letGo = (how: LetGo, end: FlowEnd) => {
    if (how === 'reset') resetBoth(end);
    else if (leave(end, how === 'forget' ? 'forgotten' : 'gone')) {
      for (const socket of target === null ? [client] : [client, target]) {
        if (how === 'forget') deps.forgotten.add(socket);
        else closeSoon(socket);
      }
    }
  };

  client.on('data', onClientData);
  client.on('end', () => {
    if (life !== 'known') return;
    if (opening !== null) opening.end();
    else target?.end();
  });
  client.on('drain', () => target?.resume());
  client.on('error', () => resetBoth('client-reset'));
  client.on('close', () => {
    if (target === null || target.closed) leave('closed');
  });
  return flow;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const nothing: readonly Buffer[] = [];

/** Read from the socket only when somebody looks: round robin never does. */
class SocketKey implements FlowKey {
  readonly protocol = 'tcp';
  readonly #client: Socket;

  constructor(client: Socket) {
    this.#client = client;
  }
  get sourceAddress() {
    return plainAddress(this.#client.remoteAddress ?? '');
  }
  get sourcePort() {
    return this.#client.remotePort ?? 0;
  }
  get destinationAddress() {
    return plainAddress(this.#client.localAddress ?? '');
  }
  get destinationPort() {
    return this.#client.localPort ?? 0;
  }
}

/** A PROXY header's word for the addresses; one that names nobody leaves the socket's. */
function statedKey(key: FlowKey, { header }: Opened): FlowKey | null {
  if (header?.source == null || header.destination === null) return null;
  return {
    protocol: key.protocol,
    sourceAddress: header.source.address,
    sourcePort: header.source.port,
    destinationAddress: header.destination.address,
    destinationPort: header.destination.port,
  };
}
