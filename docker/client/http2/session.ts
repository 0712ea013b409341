import * as http2 from 'node:http2';
import * as net from 'node:net';
import type { Wire } from '../exchange.ts';
import { brokenFailure, closedFailure, connectFailure } from '../failure.ts';
import type { Failure, Progress } from '../failure.ts';

/** One HTTP/2 connection, counted like any other. */
export interface Session {
  readonly name: string;
  /** It takes another stream. */
  readonly usable: boolean;
  /** Once the handshake is done: null, or why it is not. Returns how to stop waiting. */
  whenReady(then: (failure: Failure | null) => void): () => void;
  /** Null where the session has ended meanwhile. */
  request(headers: http2.OutgoingHttpHeaders, body: Buffer | null): http2.ClientHttp2Stream | null;
  /** Why a stream ended before its answer did. */
  cutFailure(progress: Progress, error: NodeJS.ErrnoException | null): Failure;
  closeWhenIdle(): void;
  destroy(): void;
}

export interface SessionTarget {
  readonly address: string;
  readonly port: number;
  readonly source: string | undefined;
}

export function openSession(target: SessionTarget, wire: Wire, onGone: (session: Session) => void): Session {
  let name = '';
  let ready = false;
  let failure: Failure | null = null;
  let broken: NodeJS.ErrnoException | null = null;
  const waiting = new Set<(failure: Failure | null) => void>();
  let h2: http2.ClientHttp2Session | null = null;
  let closing = false;
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

  socket.once('connect', () => {
    ready = true;
    wire.opened += 1;
    wire.open += 1;
    socket.setNoDelay(true);
    name = `${socket.localAddress ?? ''}:${socket.localPort ?? ''}`;
    h2 = http2.connect(
      `http://${net.isIPv6(target.address) ? `[${target.address}]` : target.address}:${target.port}`,
      {
        createConnection: () => socket,
      },
    );
    h2.on('error', (error: NodeJS.ErrnoException) => (broken ??= error));
    tell();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (ready) {
      broken ??= error;
      return;
    }
    wire.failed += 1;
    failure = connectFailure(error);
    tell();
  });
  socket.once('close', () => {
    countBytes();
    if (ready) wire.open -= 1;
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

  const session: Session = {
    get name() {
      return name;
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
    cutFailure(progress, error) {
      const cause = broken ?? error;
      return cause === null ? closedFailure(progress) : brokenStream(cause, progress);
    },
    closeWhenIdle() {
      closing = true;
      if (streams === 0 && waiting.size === 0) session.destroy();
    },
    destroy() {
      if (socket.connecting) wire.failed += 1;
      countBytes();
      h2?.destroy();
      socket.destroy();
    },
  };
  return session;
}

/** The peer broke the rules, the stream, or the connection; node:http2 tells these apart by code alone. */
function brokenStream(error: NodeJS.ErrnoException, progress: Progress): Failure {
  if (error.code === 'ERR_HTTP2_ERROR') return { kind: 'bad-response', detail: error.message };
  // ERR_HTTP2_STREAM_ERROR is a RST_STREAM, ERR_HTTP2_SESSION_ERROR a GOAWAY with an error.
  return brokenFailure(error, progress);
}
