//  client --data--> [pending until connected] --write--> target
//  client <--write-- [onread buffer] <--read-- target        FIN passes as FIN, RST as RST, each way on its own
import type { Socket } from 'node:net';
import type { FlowKey } from '../balancing/algorithms/algorithm.ts';
import type { Group } from '../balancing/group.ts';
import type { Held, LetGo, Member } from '../balancing/member.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import { dial } from './dial.ts';
import type { Dialling, Taken } from './dial.ts';
import type { Forgotten } from './forgotten.ts';

export interface FlowDeps {
  readonly group: Group;
  settings(): L4Settings;
  now(): number;
  readonly forgotten: Forgotten;
  readonly counters: ForwarderCounters;
  /** Called once, when the balancer no longer knows the flow. */
  onEnd(flow: Flow): void;
}

export interface ForwarderCounters {
  readonly connections: { accepted: number; open: number; refused: number; failed: number };
  readonly bytes: { received: number; sent: number };
}

/** One client connection and, once a target was found, its second half. */
export interface Flow extends Held {
  dial(): void;
  readonly id: number;
  readonly startedAt: number;
  readonly key: FlowKey;
  readonly member: Member | null;
  readonly target: Socket | null;
  readonly lastAt: number;
  readonly toTarget: number;
  readonly fromTarget: number;
}

/** `dial` begins it; before that nothing can end it. */
export function createFlow(id: number, client: Socket, deps: FlowDeps): Flow {
  const { group, counters, now } = deps;
  const startedAt = now();
  let lastAt = startedAt;
  let toTarget = 0;
  let fromTarget = 0;
  let target: Socket | null = null;
  let member: Member | null = null;
  let dialling: Dialling | null = null;
  let pending: Buffer[] | null = [];
  let known = true;

  /** The balancer's own end of the matter; what the sockets still do concerns nobody's counters. */
  const leave = () => {
    if (!known) return;
    known = false;
    dialling?.cancel();
    counters.connections.open -= 1;
    if (member !== null && target !== null) {
      member.active -= 1;
      member.counters.open -= 1;
      member.held.delete(flow);
    }
    deps.onEnd(flow);
  };

  const resetBoth = () => {
    if (!known) return;
    leave();
    client.resetAndDestroy();
    target?.resetAndDestroy();
  };

  const onClientData = (chunk: Buffer) => {
    if (!known) return;
    lastAt = now();
    counters.bytes.received += chunk.length;
    if (target === null) {
      // The target is still being dialled: hold what came, and let the kernel's window hold the rest.
      pending?.push(chunk);
      client.pause();
    } else send(target, chunk);
  };

  const send = (to: Socket, chunk: Buffer) => {
    toTarget += chunk.length;
    if (member !== null) member.counters.toTarget += chunk.length;
    // Pausing on a non-zero writableLength alone would hang: 'drain' comes only after writableNeedDrain.
    if (!to.write(chunk)) client.pause();
  };

  const onTargetBytes = (bytes: Uint8Array): Taken => {
    if (!known) {
      target?.resetAndDestroy();
      return 'flushed';
    }
    lastAt = now();
    fromTarget += bytes.length;
    counters.bytes.sent += bytes.length;
    if (member !== null) member.counters.fromTarget += bytes.length;
    if (!client.write(bytes)) return 'full';
    return client.writableLength === 0 ? 'flushed' : 'pending';
  };

  const onConnected = (socket: Socket, to: Member) => {
    dialling = null;
    target = socket;
    member = to;
    to.active += 1;
    to.counters.open += 1;
    to.held.add(flow);
    socket.on('end', () => known && client.end());
    socket.on('drain', () => client.resume());
    socket.on('error', resetBoth);
    socket.on('close', () => client.closed && leave());
    const held = pending ?? [];
    pending = null;
    for (const chunk of held) send(socket, chunk);
    if (client.readableEnded) socket.end();
    else if (!socket.writableNeedDrain) client.resume();
  };

  const onNoTarget = (why: 'refused' | 'failed') => {
    counters.connections[why] += 1;
    resetBoth();
  };

  const flow: Flow = {
    id,
    startedAt,
    key: flowKey(client),
    get member() {
      return member;
    },
    get target() {
      return target;
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
    dial() {
      const hooks = { onConnected, onBytes: onTargetBytes, onNoTarget };
      dialling = dial(flow.key, group, deps.settings(), hooks);
      if (!known) dialling.cancel();
    },
    letGo(how: LetGo) {
      if (how === 'reset') resetBoth();
      else if (how === 'close') {
        leave();
        client.destroy();
        target?.destroy();
      } else {
        leave();
        deps.forgotten.add(client);
        if (target !== null) deps.forgotten.add(target);
      }
    },
  };

  client.on('data', onClientData);
  client.on('end', () => known && target?.end());
  client.on('drain', () => target?.resume());
  client.on('error', resetBoth);
  client.on('close', () => {
    if (target === null || target.closed) leave();
  });
  return flow;
}

/** Read from the socket only when somebody looks: round robin never does. */
function flowKey(client: Socket): FlowKey {
  return {
    protocol: 'tcp',
    get sourceAddress() {
      return client.remoteAddress ?? '';
    },
    get sourcePort() {
      return client.remotePort ?? 0;
    },
    get destinationAddress() {
      return client.localAddress ?? '';
    },
    get destinationPort() {
      return client.localPort ?? 0;
    },
  };
}
