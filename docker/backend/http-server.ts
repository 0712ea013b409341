import * as http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Context } from '../lib/program-types.ts';
import { clientHeader, requestIdHeader } from '../protocol/common.ts';
import type { BackendStats } from '../protocol/stats.ts';
import type { Connection, Connections } from './connections.ts';
import { sendPlainly } from './exchange.ts';
import type { Exchange, Handler } from './exchange.ts';
import { createRequestCounter } from './request-counter.ts';
import type { RequestCounter } from './request-counter.ts';
import type { RequestLog } from './request-log.ts';
import { serveWebsocket } from './websocket.ts';

/** socket --> node:http's parser --> exchange --> handler; counted when it comes, and when it is over. */
export interface HttpServer {
  readonly serve: (socket: Socket) => void;
  counts(): Pick<BackendStats, 'requests' | 'others'>;
  /** The books of a load client, or of everyone else. */
  counterOf(client: string | undefined): RequestCounter;
  setKeepAlive(ms: number): void;
}

const maxClients = 256;

export function createHttpServer(options: {
  readonly context: Context;
  readonly connections: Connections;
  readonly log: RequestLog;
  readonly handle: Handler;
  readonly draining: () => boolean;
  readonly serviceMs: () => number;
}): HttpServer {
  const { context, connections, log, handle, draining } = options;
  const { node, now, records } = context;
  const clients = new Map<string, RequestCounter>();
  const others = createRequestCounter();
  let numbered = 0;

  const counterOf = (client: string | undefined): RequestCounter => {
    if (client === undefined) return others;
    const known = clients.get(client);
    if (known !== undefined) return known;
    // The header is anyone's to send: names beyond any lab's number of clients are strangers.
    if (clients.size >= maxClients) return others;
    const counter = createRequestCounter();
    clients.set(client, counter);
    return counter;
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.of(request.socket);
    if (connection === undefined) return;
    const begun = performance.now();
    const client = one(request, clientHeader);
    const counter = counterOf(client);
    const exchange = exchangeOf(request, response, connection, node);
    numbered += 1;
    const id = one(request, requestIdHeader) ?? `${node}-r${numbered}`;
    counter.received();
    connection.busy += 1;
    if (client !== undefined) connection.carrying = true;
    if (draining()) response.shouldKeepAlive = false;
    // The body is read whatever becomes of the request, so that the connection can carry the next one.
    request.resume();

    response.once('close', () => {
      const ms = performance.now() - begun;
      const status = response.writableFinished ? response.statusCode : null;
      connection.busy -= 1;
      if (status === null) counter.aborted();
      else counter.answered(status);
      if (status !== null) log.write(exchange.method, exchange.path, status, ms);
      records.record(id, () => ({
        id,
        at: now() - ms,
        connection: connection.id,
        user: one(request, 'x-blindspot-user') ?? '',
        method: exchange.method,
        path: exchange.path,
        outcome: status === null ? 'aborted' : String(status),
        ok: status !== null && status < 400,
        latencyMs: ms,
        serviceMs: ms,
        server: node,
        ...(connection.tls === null ? {} : { tls: connection.tls }),
      }));
    });
    handle(exchange);
  };

  const server = http.createServer(
    { keepAliveTimeoutBuffer: 0, shouldUpgradeCallback: isWebsocket },
    onRequest,
  );
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const client = one(request, clientHeader);
    const connection = connections.of(socket);
    if (connection !== undefined && client !== undefined) connection.carrying = true;
    serveWebsocket(request, socket, head, counterOf(client), { node, serviceMs: options.serviceMs });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code?.startsWith('HPE_') !== true || !socket.writable) return socket.destroy();
    // RFC 9112 2.2: not HTTP, a PROXY protocol header for instance; node:http's own answer, but counted.
    others.received();
    others.answered(400);
    log.write('?', '(not HTTP)', 400, 0);
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });

  return {
    serve: (socket) => void server.emit('connection', socket),
    counterOf,
    counts: () => ({
      requests: Object.fromEntries([...clients].map(([client, counter]) => [client, counter.counts()])),
      others: others.counts(),
    }),
    setKeepAlive(ms) {
      server.keepAliveTimeout = ms;
    },
  };
}

function exchangeOf(
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
  node: string,
): Exchange {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  const exchange: Exchange = {
    request,
    response,
    connection,
    method: request.method ?? 'GET',
    path: query === -1 ? url : url.slice(0, query),
    send: (answer) => sendPlainly(exchange, node, answer),
  };
  return exchange;
}

/** Any other Upgrade (curl's to h2c) is an ordinary request to a server that does not know it (RFC 9110 section 7.8). */
function isWebsocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

function one(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
