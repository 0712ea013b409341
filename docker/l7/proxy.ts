//  client --http/1.1--> [node:http server > exchange] --kept connections--> target
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Group } from '../balancing/group.ts';
import type { Member } from '../balancing/member.ts';
import type { RequestRing } from '../lib/request-ring.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import { requestIdHeader } from '../protocol/common.ts';
import { accessLogLine } from './access-log.ts';
import { exchange } from './exchange.ts';
import type { ExchangeEnd } from './exchange.ts';
import { createRequestCounter } from './request-counts.ts';
import type { RequestCounter } from './request-counts.ts';
import { createUpstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';

const backlog = 4096;

export interface ProxyDeps {
  readonly group: Group;
  readonly records: RequestRing;
  settings(): L7Settings;
  /** Access log lines go here. */
  log(line: string): void;
}

export interface Proxy {
  readonly connections: { accepted: number; open: number; refused: number; failed: number };
  readonly requests: RequestCounter;
  /** Answers of our own and answers cut short, by cause. */
  readonly own: Readonly<Record<string, number>>;
  targetRequests(member: Member): RequestCounter;
  /** Bytes of client connections so far, those still open included; counts the targets' too. */
  bytes(): { received: number; sent: number };
  listen(place: { readonly address: string; readonly port: number }): Promise<number>;
  settingsChanged(): void;
  close(): Promise<void>;
}

export function createProxy({ group, records, settings, log }: ProxyDeps): Proxy {
  const connections = { accepted: 0, open: 0, refused: 0, failed: 0 };
  const closedBytes = { received: 0, sent: 0 };
  const clients = new Set<Socket>();
  const requests = createRequestCounter();
  const own: Record<string, number> = {};
  const upstreams = new Map<Member, Upstream>();
  const perTarget = new Map<string, RequestCounter>();

  const upstream = (member: Member): Upstream => {
    let found = upstreams.get(member);
    if (found === undefined) upstreams.set(member, (found = createUpstream(member, settings().poolSize)));
    return found;
  };

  const targetRequests = (member: Member): RequestCounter => {
    let found = perTarget.get(member.id);
    if (found === undefined) perTarget.set(member.id, (found = createRequestCounter()));
    return found;
  };

  const note = (cause: string) => {
    own[cause] = (own[cause] ?? 0) + 1;
  };

  const server = createServer({ noDelay: true, requestTimeout: 0 }, (incoming, outgoing) => {
    const at = Date.now();
    const began = performance.now();
    const id = headerOf(incoming, requestIdHeader) ?? randomUUID();
    const connection = `${incoming.socket.remoteAddress ?? '?'}:${incoming.socket.remotePort ?? 0}`;
    requests.start();
    exchange(incoming, outgoing, id, {
      group,
      settings,
      upstream,
      onTargetStart: (member) => targetRequests(member).start(),
      onTargetEnd: (member, status) => targetRequests(member).end(status),
      onEnd(end) {
        const cut = end.cause !== null && outgoing.headersSent;
        requests.end(cut || end.cause === 'client-gone' ? null : end.status);
        if (end.cause !== null) note(end.cause);
        if (end.stage === 'connecting' && end.member !== null) connections.failed += 1;
        const latencyMs = performance.now() - began;
        records.record(id, () => recordOf(id, at, connection, incoming, end, latencyMs));
        if (settings().accessLog) log(accessLogLine(id, at, connection, incoming, end, latencyMs));
      },
    });
  });

  server.on('connection', (socket: Socket) => {
    connections.accepted += 1;
    connections.open += 1;
    clients.add(socket);
    socket.on('close', () => {
      connections.open -= 1;
      clients.delete(socket);
      closedBytes.received += socket.bytesRead;
      closedBytes.sent += socket.bytesWritten;
    });
  });
  // What llhttp refuses never becomes a request; the client still gets an answer, and the connection ends.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    note('bad-request');
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  const settingsChanged = () => {
    server.keepAliveTimeout = settings().keepAliveMs;
    const current = new Set(group.members);
    for (const [member, kept] of upstreams) {
      kept.resize(settings().poolSize);
      // Its exchanges keep their sockets until they end; nothing is kept open for later.
      if (!current.has(member) && member.held.size === 0) {
        kept.close();
        upstreams.delete(member);
      }
    }
  };
  settingsChanged();

  return {
    connections,
    requests,
    own,
    targetRequests,
    bytes() {
      for (const kept of upstreams.values()) kept.count();
      const sum = { ...closedBytes };
      for (const socket of clients) {
        sum.received += socket.bytesRead;
        sum.sent += socket.bytesWritten;
      }
      return sum;
    },
    listen: ({ address, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: address, port, backlog }, () => {
          server.off('error', reject);
          const bound = server.address();
          resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
        });
      }),
    settingsChanged,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const kept of upstreams.values()) kept.close();
      }),
  };
}

function recordOf(
  id: string,
  at: number,
  connection: string,
  incoming: IncomingMessage,
  end: ExchangeEnd,
  latencyMs: number,
) {
  return {
    id,
    at,
    connection,
    user: headerOf(incoming, 'x-blindspot-user') ?? '',
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    outcome: end.cause ?? String(end.status),
    ok: end.cause === null && end.status !== null && end.status < 400,
    latencyMs,
    serviceMs: end.serviceMs,
    server: end.server ?? end.member?.id ?? null,
  };
}

function headerOf(incoming: IncomingMessage, name: string): string | null {
  const value = incoming.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
