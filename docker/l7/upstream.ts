import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Member } from '../balancing/member.ts';

/** Kept connections to one target, newest used first, and what they carried. */
export interface Upstream {
  readonly agent: Agent;
  /** Moves bytes counted on open sockets into the member's counters; call before reading them. */
  count(): void;
  resize(connections: number): void;
  close(): void;
}

export function createUpstream(member: Member, connections: number): Upstream {
  const { counters } = member;
  const open = new Map<Socket, { read: number; written: number }>();

  const countOne = (socket: Socket) => {
    const before = open.get(socket);
    if (before === undefined) return;
    const now = { read: socket.bytesRead, written: socket.bytesWritten };
    counters.fromTarget += now.read - before.read;
    counters.toTarget += now.written - before.written;
    open.set(socket, now);
  };

  const watch = (socket: Socket) => {
    let connected = false;
    open.set(socket, { read: 0, written: 0 });
    socket.on('connect', () => {
      connected = true;
      counters.opened += 1;
      counters.open += 1;
    });
    socket.on('close', () => {
      countOne(socket);
      open.delete(socket);
      if (connected) counters.open -= 1;
      else counters.failed += 1;
    });
  };

  const agent = new Agent({
    keepAlive: true,
    scheduling: 'lifo',
    maxSockets: connections,
    maxFreeSockets: connections,
  });
  agent.createConnection = () => {
    const socket = connect({ host: member.target.address, port: member.target.port, noDelay: true });
    watch(socket);
    return socket;
  };

  return {
    agent,
    count() {
      for (const socket of open.keys()) countOne(socket);
    },
    resize(next) {
      agent.maxSockets = next;
      agent.maxFreeSockets = next;
    },
    close: () => agent.destroy(),
  };
}
