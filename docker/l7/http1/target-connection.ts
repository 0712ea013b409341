//  Outgoing --> [head, body writer] --> target        one request at a time on a kept connection
//  BackListener <-- [reader > parse] <-- target
import { connect } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { createReadBuffer } from '../../lib/read-buffer.ts';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import type { Field } from '../message.ts';
import { fieldValue, fieldValues } from '../message.ts';
import type { Sink } from '../sink.ts';
import { createBodyWriter } from './body-writer.ts';
import { lengthOf, responseFraming } from './framing.ts';
import { isProblem } from './problem.ts';
import { createReader } from './reader.ts';
import { parseResponseHead } from './response-head.ts';
import { requestLines } from './writer.ts';

export interface TargetConnectionDeps {
  readonly address: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** In the clear: its bytes may be read into a buffer of ours. */
  readonly plain: boolean;
  /** Lays TLS over the connection; null where it goes in the clear. */
  secure(raw: Socket, ready: (facts: TlsFacts) => void): Socket | null;
  http(): HttpSettings;
  /** Stands: may be told to send. */
  onConnected(): void;
  /** Its exchange is done and it may have another; `hintMs` is how long the target said it keeps it. */
  onIdle(hintMs: number | null): void;
  /** Gone, whether or not it ever stood. */
  onClosed(connected: boolean): void;
}

export interface TargetConnection {
  /** Whether it has carried a request before. */
  readonly used: number;
  readonly connected: boolean;
  /** Below TLS: its bytes are those on the wire. */
  readonly socket: Socket;
  /** Before it stands: whom to tell if it never does. */
  reserve(listener: BackListener): void;
  send(outgoing: Outgoing, listener: BackListener): void;
  /** For whom it is; the connection may long be somebody else's. */
  resume(listener: BackListener): void;
  cancel(listener: BackListener): void;
  close(): void;
}

export function openTargetConnection(deps: TargetConnectionDeps): TargetConnection {
  const onread = deps.plain ? readInto(take, () => listener?.flushed() === true) : undefined;
  const raw = connect({
    host: deps.address,
    port: deps.port,
    noDelay: true,
    allowHalfOpen: true,
    ...(onread && { onread }),
  });
  let tls: TlsFacts | null = null;
  const secured = deps.secure(raw, (facts) => {
    tls = facts;
    stand();
  });
  const socket = secured ?? raw;
  let listener: BackListener | null = null;
  let outgoing: Outgoing | null = null;
  let connected = false;
  let used = 0;
  let answerBytes = 0;
  let keepAlive = true;
  let requestOver = true;
  let answerOver = true;
  let ended: readonly Field[] | null = null;
  let hintMs: number | null = null;
  let tunnel = false;
  let onDrain: () => void = nothing;

  const timer = setTimeout(() => fail(shaking ? 'tls' : 'connect-timeout'), deps.connectTimeoutMs);

  const fail = (cause: Cause) => {
    const heard = listener;
    listener = null;
    socket.destroy();
    if (heard === null) return;
    if (!connected) heard.failed(cause, 'unsent');
    else {
      const closed = cause === 'reset' || cause === 'closed-early';
      heard.failed(cause, used > 1 && answerBytes === 0 && closed ? 'stale' : 'maybe');
    }
  };

  const limits = () => {
    const { answerHeadBytes, fieldBytes, fields } = deps.http();
    return {
      requestLineBytes: answerHeadBytes,
      headBytes: answerHeadBytes,
      fieldBytes,
      fields,
      bodyBytes: 0,
    };
  };

  const reader = createReader(limits, {
    head(text) {
      const parsed = parseResponseHead(text, deps.http());
      if (isProblem(parsed)) return parsed;
      if (listener === null || outgoing === null)
        return { status: 400, reason: 'an answer nobody asked for' };
      const { head } = parsed;
      if (head.status === 101)
        return switched(head.fields) ? upgrade(parsed.head) : { status: 400, reason: '101' };
      if (head.status < 200) {
        listener.informational(head);
        return { kind: 'again' };
      }
      const framing = responseFraming(outgoing.head.method, head.status, head.fields);
      if (framing === null) return { status: 400, reason: 'an answer framed in no way that is known' };
      const both = framing.kind === 'chunked' && fieldValues(head.fields, 'content-length').length > 0;
      keepAlive = parsed.keepAlive && framing.kind !== 'close' && !both && !outgoing.suspect;
      hintMs = hinted(head.fields);
      // Two framings: the length goes, for nobody behind us to believe it.
      listener.head(both ? { ...head, fields: head.fields.filter(([name]) => !isLength(name)) } : head);
      return framing;
    },
    data(piece) {
      if (listener?.data(piece) === false) socket.pause();
    },
    end: (trailers) => void (ended = trailers),
    problem: () => fail('bad-response'),
  });

  const switched = (fields: readonly Field[]) => {
    const wanted = outgoing?.upgrade?.toLowerCase();
    return wanted !== undefined && fieldValue(fields, 'upgrade')?.toLowerCase() === wanted;
  };

  const upgrade = (head: Parameters<BackListener['head']>[0]): { readonly kind: 'again' } => {
    tunnel = true;
    requestOver = false;
    keepAlive = false;
    reader.tunnel();
    listener?.head(head);
    return { kind: 'again' };
  };

  /** Both ways done: kept for another request, or closed. */
  const settle = () => {
    if (!answerOver) return;
    if (tunnel && !requestOver) return;
    listener = null;
    outgoing = null;
    onDrain = nothing;
    if (keepAlive && requestOver && !tunnel && reader.held === 0 && !socket.destroyed) {
      // Made to wait by the client of this answer, it would be deaf to the next, and to the target's FIN.
      if (socket.isPaused()) socket.resume();
      deps.onIdle(hintMs);
    } else socket.destroySoon();
  };

  /**
   * The end is heard when all that came with it was looked at: what follows an answer on the same connection is nobody's, and
   * must not become the answer to the next request.
   */
  const hearEnd = () => {
    if (ended === null) return;
    const trailers = ended;
    const heard = listener;
    ended = null;
    answerOver = true;
    settle();
    heard?.end(trailers);
  };

  const bodyFor = (asked: Outgoing): Sink | null => {
    const length = lengthOf(fieldValues(asked.head.fields, 'content-length'));
    const framing =
      asked.upgrade !== null || !asked.hasBody ? 'none' : typeof length === 'number' ? 'length' : 'chunked';
    const extra = connectionLines(asked) + (framing === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : '');
    // HTTP/1.0 lets a client name no host; towards an HTTP/1.1 target somebody must.
    const authority = asked.head.authority === '' ? `${deps.address}:${deps.port}` : asked.head.authority;
    const lines = requestLines({ ...asked.head, authority });
    if (lines === null) return null;
    const text = `${lines}${extra}\r\n`;
    const writer = createBodyWriter(socket, text, framing, typeof length === 'number' ? length : 0);
    const mine = () => outgoing === asked;
    return {
      write(piece) {
        return !mine() || (tunnel ? socket.write(piece) : writer.write(piece));
      },
      end(trailers) {
        if (!mine()) return;
        requestOver = true;
        if (tunnel) {
          socket.end();
          settle();
        } else if (!writer.end(trailers)) fail('reset');
      },
      abort() {
        if (!mine()) return;
        listener = null;
        socket.destroy();
      },
      onDrain: (wake) => void (onDrain = wake),
    };
  };

  const stand = () => {
    connected = true;
    clearTimeout(timer);
    deps.onConnected();
  };
  /** The connection stands, and nothing is said over it before the handshake is done. */
  let shaking = false;
  raw.on('connect', () => {
    if (secured === null) stand();
    else shaking = true;
  });
  function take(bytes: Buffer) {
    // Nobody asked: what an idle connection says cannot be the answer to what is sent next.
    if (listener === null && outgoing === null) {
      socket.destroy();
      return;
    }
    answerBytes += bytes.length;
    reader.feed(bytes);
    hearEnd();
  }
  if (onread === undefined) socket.on('data', take);
  socket.on('drain', () => onDrain());
  socket.on('end', () => {
    if (listener === null) {
      socket.destroy();
      return;
    }
    const problem = reader.finish();
    if (problem === null && ended !== null) hearEnd();
    else fail('closed-early');
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (connected) fail('reset');
    else if (shaking) fail('tls');
    else fail(error.code === 'ETIMEDOUT' ? 'connect-timeout' : 'refused');
  });
  socket.on('close', () => {
    clearTimeout(timer);
    fail(connected ? 'closed-early' : shaking ? 'tls' : 'refused');
    deps.onClosed(connected);
  });

  return {
    socket: raw,
    get used() {
      return used;
    },
    get connected() {
      return connected;
    },
    reserve(next) {
      listener = next;
    },
    send(next, heard) {
      listener = heard;
      outgoing = next;
      used += 1;
      answerBytes = 0;
      answerOver = false;
      requestOver = next.upgrade !== null;
      keepAlive = true;
      if (used > 1) reader.next();
      const body = bodyFor(next);
      if (body !== null) heard.connected(body, tls);
      // A head that cannot be written is a policy's mistake, and not to be told while the caller is still asking.
      else queueMicrotask(() => fail('bad-request'));
    },
    resume(whose) {
      if (whose === listener) socket.resume();
    },
    cancel(whose) {
      if (whose !== listener) return;
      listener = null;
      socket.destroy();
    },
    close: () => socket.destroySoon(),
  };
}

const nothing = (): void => undefined;

/** Answers are read into memory that is used again once it was `flushed`; others may keep what they are handed. */
function readInto(take: (bytes: Buffer) => void, flushed: () => boolean): OnReadOpts {
  const buffer = createReadBuffer();
  return {
    buffer: buffer.next,
    callback(length, bytes) {
      const read = buffer.take(bytes, length);
      take(read);
      buffer.written(!flushed());
      return true;
    },
  };
}

/** How long it keeps an idle connection, where it says so. */
function hinted(fields: readonly Field[]): number | null {
  const said = fieldValue(fields, 'keep-alive');
  const hint = said === null ? null : /\btimeout=(\d+)/i.exec(said);
  return hint === null ? null : Number(hint[1]) * 1000;
}

function isLength(name: string): boolean {
  return name.toLowerCase() === 'content-length';
}

/** Upgrade and TE are for one hop, so we say them anew (RFC 9110 sections 7.8 and 10.1.4). */
function connectionLines({ upgrade, trailers, suspect }: Outgoing): string {
  const options = [
    ...(upgrade === null ? [] : ['Upgrade']),
    ...(trailers ? ['TE'] : []),
    ...(suspect ? ['close'] : []),
  ];
  const connection = options.length === 0 ? '' : `Connection: ${options.join(', ')}\r\n`;
  const wants = upgrade === null ? '' : `Upgrade: ${upgrade}\r\n`;
  return `${connection}${wants}${trailers ? 'TE: trailers\r\n' : ''}`;
}
