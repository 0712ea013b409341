import type { Socket } from 'node:net';
import type { BackendStats } from '../protocol/stats.ts';

export interface Connection {
  readonly id: string;
  readonly socket: Socket;
  readonly remote: string;
  /** Has carried at least one request of a load client. */
  carrying: boolean;
  /** Requests now being answered. */
  busy: number;
}

export interface Connections {
  open(socket: Socket): Connection;
  of(socket: Socket): Connection | undefined;
  all(): Iterable<Connection>;
  counts(): BackendStats['connections'];
}

export function createConnections(node: string): Connections {
  const live = new Map<Socket, Connection>();
  let accepted = 0;
  let carryingClosed = 0;
  let empty = 0;
  let received = 0;
  let sent = 0;

  const close = (connection: Connection) => {
    const { socket } = connection;
    live.delete(socket);
    if (socket.bytesRead === 0) empty += 1;
    if (!connection.carrying) return;
    carryingClosed += 1;
    received += socket.bytesRead;
    sent += socket.bytesWritten;
  };

  return {
    open(socket) {
      accepted += 1;
      const remote = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
      const connection = { id: `${node}-c${accepted}`, socket, remote, carrying: false, busy: 0 };
      live.set(socket, connection);
      socket.once('close', () => close(connection));
      // A reset from the other end is counted by its close; unheard, it would end the process.
      socket.on('error', () => undefined);
      return connection;
    },
    of: (socket) => live.get(socket),
    all: () => live.values(),
    counts() {
      const carrying = [...live.values()].filter((connection) => connection.carrying);
      return {
        accepted,
        open: live.size,
        carrying: carryingClosed + carrying.length,
        empty,
        bytesReceived: carrying.reduce((sum, { socket }) => sum + socket.bytesRead, received),
        bytesSent: carrying.reduce((sum, { socket }) => sum + socket.bytesWritten, sent),
      };
    },
  };
}
