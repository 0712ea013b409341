import * as http2 from 'node:http2';
import * as net from 'node:net';
import type { Wire } from '../exchange.ts';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { Secure } from '../tls.ts';
import { brokenFailure, closedFailure, connectFailure } from '../failure.ts';
import type { Failure, Progress } from '../failure.ts';

/** One HTTP/2 connection, counted like any other. */
export interface Session {
  readonly name: string;
  /** What the handshake agreed on; null in the clear. */
  readonly tls: TlsFacts | null;
  /** The connection stands, and a TLS handshake begins; at most once, and never in the clear. */
  whenShaking(then: () => void): void;
  /** It takes another stream. */
  readonly usable: boolean;
  /** Once the handshake is done: null, or why it is not. Returns how to stop waiting. */
  whenReady(then: (failure: Failure | null) => void): () => void;
  /** Null where the session has ended meanwhile. */
  request(headers: http2.OutgoingHttpHeaders, body: Buffer | null): http2.ClientHttp2Stream | null;
  /** The server never looked at this stream: it says so, its GOAWAY does, or the stream never left. */
  unseen(stream: http2.ClientHttp2Stream): boolean;
  /** Why a stream ended before its answer did. */
  cutFailure(progress: Progress, error: NodeJS.ErrnoException | null): Failure;
  closeWhenIdle(): void;
  destroy(): void;
}

export interface SessionTarget {
  readonly address: string;
  readonly port: number;
  readonly source: string | undefined;
  readonly user: number;
  /** Null: prior knowledge, in the clear. */
  readonly secure: Secure | null;
}

export function openSession(target: SessionTarget, wire: Wire, onGone: (session: Session) => void): Session {
  let name = '';
  let tls: TlsFacts | null = null;
  let shaking: () => void = () => undefined;
  let opened = false;
  let ready = false;
  let failure: Failure | null = null;
  let broken: NodeJS.ErrnoException | null = null;
  const waiting = new Set<(failure: Failure | null) => void>();
  let h2: http2.ClientHttp2Session | null = null;
  let closing = false;
  let lastServed = Infinity;
  let streams = 0;
  const counted = { sent: 0, received: 0 };

  const socket = new net.Socket();
  const tell = () => {
    const told = [...waiting];
    waiting.clear();
    for (const then of told) then(failure);
  };
  /** HTTP/2 reads below JavaScript; the socket's own counters are all there is. */
  const countBytes = () => {
    wire.sent += socket.bytesWritten - counted.sent;
    wire.received += socket.bytesRead - counted.received;
    counted.sent = socket.bytesWritten;
    counted.received = socket.bytesRead;
  };

  const speak = (over: net.Socket) => {
    ready = true;
    h2 = http2.connect(origin(target), { createConnection: () => over });
    h2.on('error', (error: NodeJS.ErrnoException) => (broken ??= error));
    h2.on('goaway', (_code: number, lastStream: number) => (lastServed = lastStream));
    tell();
  };
  const fail = (why: Failure) => {
    failure = why;
    tell();
  };

  socket.once('connect', () => {
    opened = true;
    wire.opened += 1;
    wire.open += 1;
    socket.setNoDelay(true);
    name = `${socket.localAddress ?? ''}:${socket.localPort ?? ''}`;
    if (target.secure === null) speak(socket);
    else shaking();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (opened) {
      broken ??= error;
      return;
    }
    fail(connectFailure(error));
  });
  socket.once('close', () => {
    countBytes();
    if (opened) wire.open -= 1;
    else wire.failed += 1;
    onGone(session);
  });
  try {
    const { address: host, port, source } = target;
    socket.connect({
      host,
      port,
      autoSelectFamily: false,
      ...(source === undefined ? {} : { localAddress: source }),
    });
  } catch (error) {
    socket.destroy(error as Error);
  }

  const secured = target.secure?.over(socket, target.address, target.user, {
    done(facts) {
      tls = facts;
      if (secured !== undefined) speak(secured);
    },
    failed: fail,
  });

  const session: Session = {
    get name() {
      return name;
    },
    get tls() {
      return tls;
    },
    whenShaking(then) {
      shaking = then;
    },
    get usable() {
      return (
        failure === null && !closing && !socket.destroyed && (h2 === null || !(h2.closed || h2.destroyed))
      );
    },
    whenReady(then) {
      waiting.add(then);
      if (ready || failure !== null) process.nextTick(tell);
      return () => void waiting.delete(then);
    },
    request(headers, body) {
      if (h2 === null || h2.closed || h2.destroyed) return null;
      streams += 1;
      const stream = h2.request(headers, { endStream: body === null });
      if (body !== null) stream.end(body);
      stream.once('close', () => {
        streams -= 1;
        countBytes();
        if (closing) session.closeWhenIdle();
      });
      return stream;
    },
    unseen: ({ id, rstCode }) =>
      rstCode === http2.constants.NGHTTP2_REFUSED_STREAM || id === undefined || id > lastServed,
    cutFailure(progress, error) {
      const cause = broken ?? error;
      return cause === null ? closedFailure(progress) : brokenStream(cause, progress);
    },
    closeWhenIdle() {
      closing = true;
      if (streams === 0 && waiting.size === 0) session.destroy();
    },
    destroy() {
      countBytes();
      h2?.destroy();
      secured?.destroy();
      socket.destroy();
    },
  };
  return session;
}

function origin({ address, port, secure }: SessionTarget): string {
  return `${secure === null ? 'http' : 'https'}://${net.isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** The peer broke the rules, the stream, or the connection; node:http2 tells these apart by code alone. */
function brokenStream(error: NodeJS.ErrnoException, progress: Progress): Failure {
  if (error.code === 'ERR_HTTP2_ERROR') return { kind: 'bad-response', detail: error.message };
  // ERR_HTTP2_STREAM_ERROR is a RST_STREAM, ERR_HTTP2_SESSION_ERROR a GOAWAY with an error.
  return brokenFailure(error, progress);
}
