//  accept --> [TLS] --first bytes--> "PRI * HTTP/2.0" ? HTTP/2 by prior knowledge : HTTP/1
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { serveHttp1 } from './http1/client-connection.ts';
import type { ClientConnection, ClientConnectionDeps } from './http1/client-connection.ts';
import { openPort } from '../lib/open-port.ts';
import { tlsFacts } from '../lib/tls/facts.ts';
import type { Front } from '../lib/tls/front.ts';
import type { Listen } from '../protocol/common.ts';
import type { TlsFacts } from '../protocol/tls.ts';
import { createMorePorts } from './more-ports.ts';
import type { MorePorts } from './more-ports.ts';
import type { Peer } from './policies/policy.ts';

export interface ListenerDeps extends ClientConnectionDeps {
  /** Whether TLS ends at the proxy's own port. */
  secured(): boolean;
  /** Whether HTTP/2 is spoken at all. */
  http2(): boolean;
  /** Takes over a connection that speaks it; `first` is what it has said. */
  serveHttp2(socket: Socket, peer: Peer, first: Buffer): ClientConnection;
}

/** Makes the side that ends TLS; null where the proxy holds no certificate. */
export type MakeFront = (secured: (socket: TLSSocket, raw: Socket) => void) => Front | null;

export interface Listener {
  readonly front: Front | null;
  readonly connections: { accepted: number; open: number };
  /** Bytes of client connections so far, those still open included. */
  bytes(): { received: number; sent: number };
  /** Its own port. */
  listen(place: Listen): Promise<number>;
  readonly more: MorePorts;
  /** Nobody new; those there end as soon as what is under way is done, and after the grace whatever it is. */
  close(graceMs: number): Promise<void>;
}

/** RFC 9113 section 3.4; no HTTP/1 method begins so. */
const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export function createListener(deps: ListenerDeps, makeFront: MakeFront): Listener {
  const connections = { accepted: 0, open: 0 };
  const past = { received: 0, sent: 0 };
  const clients = new Map<Socket, ClientConnection | null>();
  const acceptedAt = new WeakMap<Socket, number>();

  const acceptOn = (secured: () => boolean) => (socket: Socket) => {
    connections.accepted += 1;
    connections.open += 1;
    clients.set(socket, null);
    socket.on('close', () => {
      connections.open -= 1;
      clients.delete(socket);
      past.received += socket.bytesRead;
      past.sent += socket.bytesWritten;
    });
    if (front?.on === true && secured()) {
      acceptedAt.set(socket, performance.now());
      socket.on('error', () => undefined);
      front.accept(socket);
    } else begin(socket, socket, null);
  };

  /** `raw` is what was accepted: the connection goes by that name, whatever is spoken over it. */
  const begin = (raw: Socket, socket: Socket, tls: TlsFacts | null) => {
    const peer = peerOf(raw, tls);
    if (tls?.alpn === 'h2') {
      clients.set(raw, deps.serveHttp2(socket, peer, Buffer.alloc(0)));
      return;
    }
    choose(socket, deps.settings().http.headTimeoutMs, (first, http2) => {
      const connection =
        http2 && deps.http2() ? deps.serveHttp2(socket, peer, first) : serveHttp1(socket, peer, first, deps);
      clients.set(raw, connection);
    });
  };

  const front = makeFront((secure, raw) => {
    // A connection that broke in the moment of its handshake is nobody's to serve.
    if (clients.has(raw))
      begin(raw, secure, tlsFacts(secure, true, performance.now() - (acceptedAt.get(raw) ?? 0)));
    else secure.destroy();
  });

  const serverOn = (secured: () => boolean): Server =>
    createServer({ noDelay: true, allowHalfOpen: true }, acceptOn(secured));
  const server = serverOn(deps.secured);
  const more = createMorePorts(serverOn);

  return {
    connections,
    front,
    bytes() {
      const sum = { ...past };
      for (const socket of clients.keys()) {
        sum.received += socket.bytesRead;
        sum.sent += socket.bytesWritten;
      }
      return sum;
    },
    more,
    async listen(place) {
      more.at(place.address);
      return await openPort(server, place);
    },
    async close(graceMs) {
      const cut = () => {
        for (const socket of clients.keys()) socket.destroy();
      };
      // `close` is told when the last connection is gone.
      const closed = Promise.all([
        new Promise<void>((resolve) => server.close(() => resolve())),
        more.close(),
      ]);
      if (graceMs > 0) {
        for (const [socket, connection] of clients) {
          if (connection === null) socket.destroy();
          else connection.close();
        }
      } else cut();
      const timer = setTimeout(cut, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Looks at the first bytes until they say which HTTP it is. */
export function choose(
  socket: Socket,
  timeoutMs: number,
  decide: (first: Buffer, http2: boolean) => void,
): void {
  let first: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  const stop = () => {
    clearTimeout(timer);
    socket.off('data', look);
    socket.off('end', leave);
    socket.off('error', leave);
    socket.off('close', stop);
  };
  const leave = () => {
    stop();
    socket.destroy();
  };
  const look = (chunk: Buffer) => {
    first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
    const text = first.toString('latin1', 0, preface.length);
    if (text.length < preface.length && preface.startsWith(text)) return;
    stop();
    decide(first, text === preface);
  };
  socket.on('data', look);
  socket.on('end', leave);
  socket.on('error', leave);
  socket.on('close', stop);
}

export function peerOf(socket: Socket, tls: TlsFacts | null): Peer {
  return {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    localAddress: socket.localAddress ?? '',
    localPort: socket.localPort ?? 0,
    tls,
  };
}
