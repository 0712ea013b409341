//  client frames --> [node:http2] --stream--> Incoming --> serve        streams side by side on one connection
//  client frames <-- [node:http2] <--ResponseSink-- serve
import { randomBytes } from 'node:crypto';
import * as http2 from 'node:http2';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { L7Settings } from '../../protocol/balancer.ts';
import type { ClientListener, Incoming } from '../front.ts';
import type { ClientConnection } from '../http1/client-connection.ts';
import { withoutHopByHop } from '../headers.ts';
import type { Field, RequestHead, ResponseHead } from '../message.ts';
import { fieldValue, fieldValues, withoutFields } from '../message.ts';
import type { Peer } from '../policies/policy.ts';
import type { ResponseSink } from '../sink.ts';
import { fieldsOf, merged } from './fields.ts';

export interface Http2FrontDeps {
  settings(): L7Settings;
  serve(incoming: Incoming): void;
  /** A stream that did not become a request, and what it was answered. */
  refused(status: number, reason: string, peer: Peer): void;
}

export interface Http2Front {
  /** Takes over a connection; `first` is what it has said already. */
  serve(socket: Socket, peer: Peer, first: Buffer): ClientConnection;
}

const { constants } = http2;

/** nghttp2 holds the grammar of frames and fields (RFC 9113 section 8); what is left to judge is what only a proxy can. */
export function createHttp2Front(deps: Http2FrontDeps): Http2Front {
  const peers = new WeakMap<object, Peer>();
  let opening: Peer | null = null;
  let opened: ServerHttp2Session | null = null;

  const create = () => {
    const { http, http2: own } = deps.settings();
    const server = http2.createServer({
      settings: {
        maxConcurrentStreams: own.streams,
        maxHeaderListSize: http.headBytes,
        // WebSocket in a stream (RFC 8441).
        enableConnectProtocol: true,
      },
      // A header in endless CONTINUATION frames ends the connection here.
      maxHeaderListPairs: http.fields + 5,
      streamResetBurst: own.resetsAtOnce,
      streamResetRate: own.resetsPerSecond,
    });
    server.on('session', (session) => {
      opened = session;
      if (opening !== null) peers.set(session, opening);
      let streams = 0;
      session.setTimeout(deps.settings().keepAliveMs, () => session.close());
      session.on('error', () => undefined);
      session.on('stream', () => {
        streams += 1;
        const { requestsPerConnection } = deps.settings().http;
        if (requestsPerConnection > 0 && streams >= requestsPerConnection) session.close();
      });
    });
    server.on('stream', (stream, _headers, flags, raw) => onStream(stream, flags, raw));
    server.on('sessionError', () => undefined);
    return server;
  };
  let server: http2.Http2Server | null = null;

  const onStream = (stream: ServerHttp2Stream, flags: number, raw: readonly string[]) => {
    stream.on('error', () => undefined);
    const peer = stream.session === undefined ? undefined : peers.get(stream.session);
    if (peer === undefined) {
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      return;
    }
    const head = headOf(raw, peer);
    if (typeof head === 'string') {
      const status = head.startsWith('CONNECT') ? 405 : 400;
      deps.refused(status, head, peer);
      stream.respond({ ':status': status }, { endStream: true });
      return;
    }
    const hasBody = (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0;
    // headOf has refused every other protocol.
    const upgrade = raw.includes(':protocol') ? 'websocket' : null;
    deps.serve(incomingOf(stream, head, peer, hasBody, upgrade));
  };

  return {
    serve(socket, peer, first) {
      server ??= create();
      opening = peer;
      opened = null;
      // node:http2 reads what a socket that does not flow still holds, and from then on below JavaScript.
      socket.pause();
      socket.unshift(first);
      server.emit('connection', socket);
      opening = null;
      // Once node has taken what was read already, all that reaches the socket itself is the FIN: unread, the connection
      // would stay half-open for ever.
      socket.on('end', () => socket.destroySoon());
      setImmediate(() => socket.resume());
      const session = opened as ServerHttp2Session | null;
      return {
        close() {
          if (session !== null) leave(session);
        },
      };
    },
  };
}

/** No stream is above it: "soon", without a last one yet. */
const anyStream = 2 ** 31 - 1;
/** For a client that answers no PING. */
const patienceMs = 1000;

/**
 * In two steps (RFC 9113 section 6.8): a warning first, so that what is on its way already is still served, and the last
 * stream once the client must have seen it, which its answer to a PING says.
 */
function leave(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return;
  session.goaway(constants.NGHTTP2_NO_ERROR, anyStream);
  const timer = setTimeout(finish, patienceMs);
  function finish(): void {
    clearTimeout(timer);
    if (!session.closed) session.close();
  }
  session.ping(finish);
}

/** The head of a stream, or why it is none that may be passed on. */
function headOf(raw: readonly string[], peer: Peer): RequestHead | string {
  const pseudo = (name: string) => {
    const at = raw.indexOf(name);
    return at === -1 ? null : (raw[at + 1] ?? '');
  };
  const method = pseudo(':method') ?? '';
  const target = pseudo(':path') ?? '';
  const websocket = method === 'CONNECT' && pseudo(':protocol') === 'websocket';
  if (method !== 'CONNECT' && pseudo(':protocol') !== null) return 'a protocol without CONNECT';
  if (method === 'CONNECT' && !websocket) return 'CONNECT: no tunnels to elsewhere';
  const origin = target.startsWith('/') || (target === '*' && method === 'OPTIONS');
  if (!origin || !/^[\x21-\x7e\x80-\xff]+$/.test(target) || target.includes('#')) return 'BadUri: not a path';
  // Over HTTP/1 the handshake has a key, and the answer to it is the target's (RFC 8441 section 5, RFC 6455 section 4.1).
  const key: readonly Field[] = websocket ? [['Sec-WebSocket-Key', randomBytes(16).toString('base64')]] : [];
  const fields = [...fieldsOf(raw), ...key];
  const hosts = fieldValues(fields, 'host');
  const authority = pseudo(':authority') ?? hosts[0] ?? '';
  if (hosts.some((host) => host.toLowerCase() !== authority.toLowerCase()))
    return 'Host and :authority differ';
  return {
    method: websocket ? 'GET' : method,
    scheme: peer.tls === null ? 'http' : 'https',
    authority,
    target,
    version: '2',
    fields,
  };
}

function incomingOf(
  stream: ServerHttp2Stream,
  head: RequestHead,
  peer: Peer,
  hasBody: boolean,
  upgrade: string | null,
): Incoming {
  let listener: ClientListener | null = null;
  let done = false;
  let bodyOver = !hasBody;

  const finished = () => {
    if (done) return;
    done = true;
    listener?.finished();
    // An answer before the request is over: the rest is not wanted (RFC 9113 section 8.1).
    if (!bodyOver) stream.close(constants.NGHTTP2_NO_ERROR);
  };
  stream.on('finish', finished);
  const gone = () => {
    if (done) return;
    done = true;
    listener?.gone();
  };
  stream.on('aborted', gone);
  // node may close a stream that ended well before it says 'finish'.
  stream.on('close', () => {
    if (stream.writableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR) finished();
    else gone();
  });
  // Unread, a stream without a body would never be seen to close.
  if (!hasBody) stream.resume();

  return {
    head: { ...head, fields: withoutFields(withoutHopByHop(head.fields), ['host']) },
    peer,
    hasBody,
    upgrade,
    expectsContinue: fieldValue(head.fields, 'expect')?.toLowerCase() === '100-continue',
    trailers: /\btrailers\b/i.test(fieldValue(head.fields, 'te') ?? ''),
    desync: null,
    suspect: false,
    respond: upgrade === null ? respondOn(stream) : tunnelled(respondOn(stream)),
    feed(sink) {
      let trailers: readonly Field[] = [];
      sink.onDrain(() => stream.resume());
      stream.on('trailers', (_, __, raw: readonly string[]) => (trailers = fieldsOf(raw)));
      stream.on('data', (chunk: Buffer) => {
        if (!sink.write(chunk)) stream.pause();
      });
      stream.on('end', () => {
        bodyOver = true;
        sink.end(trailers);
      });
      stream.on('aborted', () => sink.abort());
      if (bodyOver) sink.end([]);
    },
    watch: (next) => void (listener = next),
  };
}

/** The stream is the tunnel: what HTTP/1 says by 101 is 200 here (RFC 8441 section 5). */
function tunnelled(respond: ResponseSink): ResponseSink {
  return {
    ...respond,
    head: (head) =>
      respond.head(
        head.status === 101
          ? { status: 200, fields: withoutFields(head.fields, ['sec-websocket-accept']) }
          : head,
      ),
  };
}

function respondOn(stream: ServerHttp2Stream): ResponseSink {
  let waiting: ResponseHead | null = null;
  let trailers: readonly Field[] = [];

  /** An answer of a head only must say so with it: gRPC reads its status there (a response of trailers only). */
  const flush = (endStream: boolean) => {
    const head = waiting;
    waiting = null;
    if (head === null || stream.destroyed || stream.headersSent) return;
    const waitForTrailers = !endStream && fieldValue(head.fields, 'content-length') === null;
    stream.respond(merged(head.fields, { ':status': head.status }), { endStream, waitForTrailers });
  };
  stream.on('wantTrailers', () => stream.sendTrailers(merged(trailers, {})));

  return {
    informational(head) {
      if (!stream.destroyed && !stream.headersSent) {
        stream.additionalHeaders(merged(head.fields, { ':status': head.status }));
      }
    },
    head(head) {
      waiting = head;
      queueMicrotask(() => flush(false));
    },
    write(chunk) {
      flush(false);
      return stream.destroyed || stream.write(chunk);
    },
    end(last) {
      trailers = last;
      flush(last.length === 0);
      if (!stream.destroyed && !stream.writableEnded) stream.end();
    },
    abort: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    onDrain: (wake) => void stream.removeAllListeners('drain').on('drain', wake),
  };
}
