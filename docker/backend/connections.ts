import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tlsFacts } from '../lib/tls/facts.ts';
import type { ProxyView } from './proxy-gate.ts';
import type { BackendStats } from '../protocol/stats.ts';
import type { TlsFacts } from '../protocol/tls.ts';

export interface Connection {
  readonly id: string;
  /** What was accepted: its bytes are those on the wire, its reset is a TCP reset. */
  readonly socket: Socket;
  /** What HTTP is spoken over, where that is TLS; it says goodbye before it closes. */
  secure: TLSSocket | null;
  readonly openedAt: number;
  /** What its handshake agreed on; null without TLS. */
  tls: TlsFacts | null;
  readonly remote: string;
  /** Has carried at least one request of a load client. */
  carrying: boolean;
  /** Requests now being answered. */
  busy: number;
  /** The PROXY header that it began with. */
  proxy: ProxyView | null;
}

export interface Connections {
  open(socket: Socket): Connection;
  /** The TLS handshake on it is done. */
  secured(secure: TLSSocket, raw: Socket): void;
  /** By the socket that was accepted, or the TLS socket over it. */
  of(socket: Socket): Connection | undefined;
  all(): Iterable<Connection>;
  counts(): BackendStats['connections'];
}

export function createConnections(node: string): Connections {
  const live = new Map<Socket, Connection>();
  const overTls = new Map<Socket, Connection>();
  let accepted = 0;
  let carryingClosed = 0;
  let empty = 0;
  let received = 0;
  let sent = 0;

  const close = (connection: Connection) => {
    const { socket } = connection;
    live.delete(socket);
    if (connection.secure !== null) overTls.delete(connection.secure);
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
      const connection: Connection = {
        ...{ id: `${node}-c${accepted}`, socket, remote, carrying: false, busy: 0, proxy: null },
        ...{ secure: null, openedAt: performance.now(), tls: null, proxy: null },
      };
      live.set(socket, connection);
      socket.once('close', () => close(connection));
      // A reset from the other end is counted by its close; unheard, it would end the process.
      socket.on('error', () => undefined);
      return connection;
    },
    secured(secure, raw) {
      const connection = live.get(raw);
      if (connection === undefined) return;
      connection.secure = secure;
      connection.tls = tlsFacts(secure, true, performance.now() - connection.openedAt);
      overTls.set(secure, connection);
      secure.on('error', () => undefined);
    },
    of: (socket) => live.get(socket) ?? overTls.get(socket),
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
