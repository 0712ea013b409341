//  socket --first bytes--> "PRI" ? node:http2 > gRPC or plain answer : HTTP/1.1
import * as http2 from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Context } from '../lib/program-types.ts';
import type { BackendSettings } from '../protocol/backend.ts';
import { clientHeader, requestIdHeader, serverHeader } from '../protocol/common.ts';
import type { Connection, Connections } from './connections.ts';
import type { RequestCounter } from './request-counter.ts';

export interface Http2ServerDeps {
  readonly context: Context;
  readonly connections: Connections;
  settings(): BackendSettings;
  draining(): boolean;
  counterOf(client: string | undefined): RequestCounter;
}

export interface Http2Server {
  /** Serves it here if it speaks HTTP/2 by prior knowledge, and by `otherwise` if not. */
  serve(socket: Socket, otherwise: (socket: Socket) => void): void;
}

/** A HealthCheckResponse that says SERVING (field 1 is 1), in its frame. */
const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
/** So much of a request is given back. */
const echoedBytes = 65_536;
/** RFC 9113 section 3.4; no HTTP/1 method begins so. */
const preface = 'PRI';

const anyStream = 2 ** 31 - 1;
/** Longer than a round trip on any machine that runs a lab. */
const graceMs = 1000;

/** HTTP/2 in the clear: every gRPC call succeeds, anything else gets a plain answer. Request faults are HTTP/1's. */
export function createHttp2Server(deps: Http2ServerDeps): Http2Server {
  const { context, connections } = deps;
  const { node, now, records } = context;
  const owners = new WeakMap<object, Connection>();
  const leaving = new WeakSet<object>();
  const born = new WeakMap<object, number>();
  let opening: Socket | null = null;
  let numbered = 0;

  const server = http2.createServer();
  server.on('sessionError', () => undefined);
  server.on('session', (session: ServerHttp2Session) => {
    const connection = opening === null ? undefined : connections.of(opening);
    if (connection !== undefined) owners.set(session, connection);
    session.on('error', () => undefined);
    born.set(session, performance.now());
  });

  /** GOAWAY: what is under way ends well, and the client comes again, perhaps to another backend. */
  const sendAwayIfOld = (session: ServerHttp2Session) => {
    const { http2MaxAgeMs } = deps.settings();
    const age = performance.now() - (born.get(session) ?? 0);
    const old = (http2MaxAgeMs > 0 && age >= http2MaxAgeMs) || deps.draining();
    if (!old || leaving.has(session)) return;
    leaving.add(session);
    // First without a last stream: what is on its way already is still served (RFC 9113 section 6.8).
    session.goaway(http2.constants.NGHTTP2_NO_ERROR, anyStream);
    setTimeout(() => session.close(), graceMs);
  };

  const onStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    const connection = stream.session === undefined ? undefined : owners.get(stream.session);
    if (connection === undefined) return;
    if (stream.session !== undefined) sendAwayIfOld(stream.session as ServerHttp2Session);
    const begun = performance.now();
    const client = one(headers, clientHeader);
    const counter = deps.counterOf(client);
    numbered += 1;
    const id = one(headers, requestIdHeader) ?? `${node}-r${numbered}`;
    counter.received();
    connection.busy += 1;
    if (client !== undefined) connection.carrying = true;
    const sent = keep(stream);
    stream.once('close', () => {
      const whole = stream.writableEnded && stream.rstCode === http2.constants.NGHTTP2_NO_ERROR;
      const status = whole ? 200 : null;
      connection.busy -= 1;
      if (status === null) counter.aborted();
      else counter.answered(status);
      const ms = performance.now() - begun;
      records.record(id, () => ({
        id,
        at: now() - ms,
        connection: connection.id,
        user: one(headers, 'x-blindspot-user') ?? '',
        method: headers[':method'] ?? '',
        path: headers[':path'] ?? '',
        outcome: status === null ? 'aborted' : String(status),
        ok: status !== null,
        latencyMs: ms,
        serviceMs: ms,
        server: node,
      }));
    });
    const ms = deps.settings().serviceMs;
    const go = () => answer(stream, headers, id, sent);
    if (ms === 0) go();
    else setTimeout(go, ms);
  };

  const answer = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    id: string,
    sent: Promise<Buffer>,
  ) => {
    if (stream.destroyed) return;
    const own = { ':status': 200, [serverHeader]: node, [requestIdHeader]: id };
    if (!(headers['content-type'] ?? '').startsWith('application/grpc')) {
      stream.respond({ ...own, 'content-type': 'application/json' });
      stream.end(`${JSON.stringify({ node, method: headers[':method'], url: headers[':path'] })}\n`);
      return;
    }
    stream.respond({ ...own, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    if (headers[':path'] === '/grpc.health.v1.Health/Check') stream.end(serving);
    else
      void sent.then((message) => {
        if (!stream.destroyed) stream.end(echo(node, message));
      });
  };
  server.on('stream', onStream);

  const take = (socket: Socket) => {
    opening = socket;
    server.emit('connection', socket);
    opening = null;
    // Once node has taken what was read already, all that reaches the socket itself is the FIN: unread, the connection
    // would stay half-open for ever.
    socket.on('end', () => socket.destroySoon());
    setImmediate(() => socket.resume());
  };

  return {
    serve(socket, otherwise) {
      let head = Buffer.alloc(0);
      const look = () => {
        const chunk = socket.read() as Buffer | null;
        if (chunk === null) return;
        head = Buffer.concat([head, chunk]);
        const start = head.toString('latin1', 0, preface.length);
        if (start.length < preface.length && preface.startsWith(start)) return;
        socket.off('readable', look);
        socket.off('end', leave);
        socket.unshift(head);
        if (start === preface) take(socket);
        else otherwise(socket);
      };
      const leave = () => socket.destroy();
      socket.on('readable', look);
      socket.once('end', leave);
    },
  };
}

/** The message of a request, without its five bytes in front; what is beyond the limit is thrown away. */
function keep(stream: ServerHttp2Stream): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= echoedBytes) chunks.push(chunk);
    });
    stream.once('end', () => resolve(Buffer.concat(chunks).subarray(5)));
  });
}

/** `message Reply { string node = 1; Request request = 2; }`: who answers, and what it was asked. */
function echo(node: string, request: Buffer): Buffer {
  const name = Buffer.from(node);
  const message = Buffer.concat([field(1, name), ...(request.length === 0 ? [] : [field(2, request)])]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** A field with its length before it (protobuf encoding, wire type 2). */
function field(number: number, bytes: Buffer): Buffer {
  const head = [number * 8 + 2];
  let left = bytes.length;
  for (; left > 127; left >>>= 7) head.push((left & 127) | 128);
  return Buffer.concat([Buffer.from([...head, left]), bytes]);
}

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
