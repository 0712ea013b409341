//  Outgoing --> [node:http2] --stream--> target        many requests at once on one connection
import * as http2 from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { Attempt, BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import type { Field } from '../message.ts';
import { withoutFields } from '../message.ts';
import type { Sink } from '../sink.ts';
import { fieldsOf, fieldsOfMerged, merged } from './fields.ts';

export interface TargetSessionDeps {
  readonly address: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** Lays TLS over the connection; null where it goes in the clear, by prior knowledge. */
  secure(raw: Socket, ready: (facts: TlsFacts) => void): Socket | null;
  onConnected(): void;
  /** A stream has ended, or the target allows more of them. */
  onRoom(): void;
  onClosed(connected: boolean, cause: Cause): void;
}

export interface TargetSession {
  readonly socket: Socket;
  readonly connected: boolean;
  /** Another stream may be opened now. */
  readonly room: boolean;
  readonly streams: number;
  send(outgoing: Outgoing, listener: BackListener): Attempt;
  close(): void;
  destroy(): void;
}

const { constants } = http2;

export function openTargetSession(deps: TargetSessionDeps): TargetSession {
  const socket = connect({ host: deps.address, port: deps.port, noDelay: true });
  let session: ClientHttp2Session | null = null;
  let connected = false;
  let streams = 0;
  // Streams above it were not looked at (RFC 9113 section 6.8).
  let lastServed = Infinity;
  let cause: Cause = 'closed-early';
  let tls: TlsFacts | null = null;
  let shaking = false;
  const timer = setTimeout(() => {
    cause = shaking ? 'tls' : 'connect-timeout';
    socket.destroy();
  }, deps.connectTimeoutMs);

  const speak = (over: Socket) => {
    clearTimeout(timer);
    shaking = false;
    const scheme = tls === null ? 'http' : 'https';
    session = http2.connect(`${scheme}://${deps.address}:${deps.port}`, { createConnection: () => over });
    session.on('error', () => undefined);
    session.on('goaway', (_code: number, last: number) => (lastServed = Math.min(lastServed, last)));
    // What it allows is known only then: a stream beyond its limit would be refused.
    session.once('remoteSettings', () => {
      connected = true;
      deps.onConnected();
    });
    session.on('remoteSettings', deps.onRoom);
  };
  const secured = deps.secure(socket, (facts) => {
    tls = facts;
    if (secured !== null) speak(secured);
  });
  socket.on('connect', () => {
    if (secured === null) speak(socket);
    else shaking = true;
  });
  secured?.on('error', () => undefined);
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (cause !== 'closed-early') return;
    cause =
      session !== null
        ? 'reset'
        : shaking
          ? 'tls'
          : error.code === 'ETIMEDOUT'
            ? 'connect-timeout'
            : 'refused';
  });
  socket.on('close', () => {
    clearTimeout(timer);
    session?.destroy();
    deps.onClosed(connected, shaking ? 'tls' : cause);
  });

  const usable = () => session !== null && !session.closed && !session.destroyed;

  return {
    socket,
    get connected() {
      return connected;
    },
    get room() {
      return connected && usable() && streams < (session?.remoteSettings.maxConcurrentStreams ?? Infinity);
    },
    get streams() {
      return streams;
    },
    send(outgoing, listener) {
      if (session === null) throw new Error('the session does not stand yet');
      streams += 1;
      const stream: StreamDeps = {
        ...deps,
        tls,
        served: (id) => id <= lastServed,
        onClose() {
          streams -= 1;
          deps.onRoom();
        },
      };
      return openStream(session, outgoing, listener, stream);
    },
    close: () => session?.close() ?? socket.destroy(),
    destroy: () => socket.destroy(),
  };
}

interface StreamDeps {
  readonly address: string;
  readonly port: number;
  readonly tls: TlsFacts | null;
  /** False: the target has said that it will not look at this stream. */
  served(id: number): boolean;
  onClose(): void;
}

function openStream(
  session: ClientHttp2Session,
  { head, hasBody, trailers }: Outgoing,
  listener: BackListener,
  at: StreamDeps,
): Attempt {
  let cancelled = false;
  let answered = false;
  let over = false;
  let last: readonly Field[] = [];
  const fields = withoutFields(head.fields, ['expect', 'host']);
  const stream = session.request(
    {
      ...merged(fields, {
        ':method': head.method,
        ':scheme': at.tls === null ? 'http' : 'https',
        ':authority': head.authority === '' ? `${at.address}:${at.port}` : head.authority,
        ':path': head.target,
      }),
      ...(trailers ? { te: 'trailers' } : {}),
    },
    { endStream: !hasBody, waitForTrailers: hasBody },
  );
  let sending: readonly Field[] = [];

  const end = () => {
    if (over || cancelled) return;
    over = true;
    listener.end(last);
  };
  stream.on('error', () => undefined);
  stream.on('wantTrailers', () => stream.sendTrailers(merged(sending, {})));
  stream.on('headers', (headers) => {
    const status = headers[':status'] ?? 0;
    if (!cancelled && status !== 101) listener.informational({ status, fields: fieldsOfMerged(headers) });
  });
  stream.on('response', (headers, flags, raw?: readonly string[]) => {
    if (cancelled) return;
    answered = true;
    listener.head({
      status: headers[':status'] ?? 0,
      fields: raw === undefined ? fieldsOfMerged(headers) : fieldsOf(raw),
    });
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) end();
  });
  stream.on('data', (chunk: Buffer) => {
    if (!cancelled && !listener.data(chunk)) stream.pause();
  });
  stream.on('trailers', (headers: IncomingHttpHeaders) => (last = fieldsOfMerged(headers)));
  stream.on('end', () => {
    if (answered && stream.rstCode === constants.NGHTTP2_NO_ERROR) end();
  });
  stream.on('close', () => {
    at.onClose();
    if (over || cancelled) return;
    over = true;
    const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || !at.served(stream.id ?? 0);
    listener.failed(answered ? 'reset' : 'closed-early', refused ? 'refused' : 'maybe');
  });

  if (!hasBody) {
    const nothing = {
      write: () => true,
      end: () => undefined,
      abort: () => undefined,
      onDrain: () => undefined,
    };
    listener.connected(nothing, at.tls);
  } else {
    const body: Sink = {
      write: (piece) => stream.destroyed || stream.write(piece),
      end(trailersToSend) {
        sending = trailersToSend;
        stream.end();
      },
      abort: () => stream.close(constants.NGHTTP2_CANCEL),
      onDrain: (wake) => void stream.removeAllListeners('drain').on('drain', wake),
    };
    listener.connected(body, at.tls);
  }
  return {
    resume: () => void stream.resume(),
    cancel() {
      if (over) return;
      cancelled = true;
      stream.close(constants.NGHTTP2_CANCEL);
    },
  };
}
