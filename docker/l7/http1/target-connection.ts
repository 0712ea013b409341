//  Outgoing --> [head, body writer] --> target        one request at a time on a kept connection
//  BackListener <-- [reader > parse] <-- target
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import type { Field, ResponseHead } from '../message.ts';
import { fieldValue, fieldValues, withoutFields } from '../message.ts';
import { BodyWriter } from './body-writer.ts';
import { responseFraming } from './framing.ts';
import type { Framing } from './framing.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { readInto } from './read-into.ts';
import { Reader } from './reader.ts';
import type { ReaderEvents, ReaderLimits } from './reader.ts';
import { RequestSink } from './request-sink.ts';
import { noBody, written } from './request-writer.ts';
import { parseResponseHead } from './response-head.ts';

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

interface Again {
  readonly kind: 'again';
}
const again: Again = { kind: 'again' };

/** What is under way is known by its listener: the connection may be somebody else's by the time it is spoken of. */
export class TargetConnection implements ReaderEvents {
  /** Below TLS: its bytes are those on the wire. */
  readonly raw: Socket;
  /** How many requests it was given. */
  used = 0;
  connected = false;
  private readonly socket: Socket;
  private readonly deps: TargetConnectionDeps;
  private readonly reader = new Reader(this);
  private readonly timer: NodeJS.Timeout;
  private readonly secured: boolean;
  private tls: TlsFacts | null = null;
  /** The connection stands, and nothing is said over it before the handshake is done. */
  private shaking = false;
  private listener: BackListener | null = null;
  private outgoing: Outgoing | null = null;
  private body: RequestSink | null = null;
  private answerBytes = 0;
  private keepAlive = true;
  private requestOver = true;
  private answerOver = true;
  private ended: readonly Field[] | null = null;
  private hintMs: number | null = null;
  private tunnel = false;

  constructor(deps: TargetConnectionDeps) {
    this.deps = deps;
    const { address, port, plain } = deps;
    const take = (bytes: Buffer) => this.take(bytes);
    const onread = plain ? readInto(take) : undefined;
    this.raw = connect({
      host: address,
      port,
      noDelay: true,
      allowHalfOpen: true,
      ...(onread && { onread }),
    });
    const secured = deps.secure(this.raw, (facts) => {
      this.tls = facts;
      this.stand();
    });
    this.secured = secured !== null;
    const socket = secured ?? this.raw;
    this.socket = socket;
    this.timer = setTimeout(() => this.fail(this.shaking ? 'tls' : 'connect-timeout'), deps.connectTimeoutMs);
    this.raw.on('connect', () => this.reached());
    if (onread === undefined) socket.on('data', take);
    socket.on('drain', () => this.body?.wake());
    socket.on('end', () => this.finish());
    socket.on('error', (error: NodeJS.ErrnoException) => this.fail(this.causeOf(error)));
    socket.on('close', () => {
      clearTimeout(this.timer);
      this.fail(this.connected ? 'closed-early' : this.shaking ? 'tls' : 'refused');
      deps.onClosed(this.connected);
    });
  }

  /** Before it stands: whom to tell if it never does. */
  reserve(next: BackListener): void {
    this.listener = next;
  }

  send(next: Outgoing, heard: BackListener): void {
    this.listener = heard;
    this.outgoing = next;
    this.used += 1;
    this.answerBytes = 0;
    this.answerOver = false;
    this.requestOver = next.upgrade !== null || !next.hasBody;
    this.keepAlive = true;
    if (this.used > 1) this.reader.next();
    const { address, port } = this.deps;
    const request = written(next, `${address}:${port}`);
    if (request === null) {
      // A head that cannot be written is a policy's mistake, and not to be told while the caller is still asking.
      queueMicrotask(() => this.fail('bad-request'));
    } else if (request.framing === 'none' && next.upgrade === null) {
      this.socket.write(request.text, 'latin1');
      heard.connected(noBody, this.tls);
    } else {
      const writer = new BodyWriter(this.socket, request.text, request.framing, request.length);
      this.body = new RequestSink(this, this.socket, writer);
      heard.connected(this.body, this.tls);
    }
  }

  resume(whose: BackListener): void {
    if (whose === this.listener) this.socket.resume();
  }

  cancel(whose: BackListener): void {
    if (whose !== this.listener) return;
    this.listener = null;
    this.socket.destroy();
  }

  close(): void {
    this.socket.destroySoon();
  }

  limits(): ReaderLimits {
    const { answerHeadBytes, fieldBytes, fields } = this.deps.http();
    return {
      requestLineBytes: answerHeadBytes,
      headBytes: answerHeadBytes,
      fieldBytes,
      fields,
      bodyBytes: 0,
    };
  }

  head(text: string): Framing | Again | Problem {
    const { listener, outgoing } = this;
    const parsed = parseResponseHead(text, this.deps.http());
    if (isProblem(parsed)) return parsed;
    if (listener === null || outgoing === null) return { status: 400, reason: 'an answer nobody asked for' };
    const { head } = parsed;
    const { status, fields } = head;
    if (status === 101) return this.switched(fields) ? this.upgrade(head) : { status: 400, reason: '101' };
    if (status < 200) {
      listener.informational(head);
      return again;
    }
    const framing = responseFraming(outgoing.head.method, status, fields);
    if (framing === null) return { status: 400, reason: 'an answer framed in no way that is known' };
    const both = framing.kind === 'chunked' && fieldValues(fields, 'content-length').length > 0;
    this.keepAlive = parsed.keepAlive && framing.kind !== 'close' && !both && !outgoing.suspect;
    this.hintMs = hinted(fields);
    // Two framings: the length goes, for nobody behind us to believe it.
    listener.head(both ? { ...head, fields: withoutFields(fields, ['content-length']) } : head);
    return framing;
  }

  data(piece: Buffer): void {
    if (this.listener?.data(piece) === false) this.socket.pause();
  }

  end(trailers: readonly Field[]): void {
    this.ended = trailers;
  }

  problem(): void {
    this.fail('bad-response');
  }

  isFor(body: RequestSink): boolean {
    return this.body === body;
  }

  isTunnel(): boolean {
    return this.tunnel;
  }

  requestEnded(whole: boolean): void {
    this.requestOver = true;
    if (this.tunnel) {
      this.socket.end();
      this.settle();
    } else if (!whole) this.fail('reset');
  }

  requestAborted(): void {
    this.listener = null;
    this.socket.destroy();
  }

  private reached(): void {
    if (this.secured) this.shaking = true;
    else this.stand();
  }

  private stand(): void {
    this.connected = true;
    clearTimeout(this.timer);
    this.deps.onConnected();
  }

  /** Whether nobody needs the bytes any more. */
  private take(bytes: Buffer): boolean {
    const { listener } = this;
    // Nobody asked: what an idle connection says cannot be the answer to what is sent next.
    if (listener === null && this.outgoing === null) {
      this.socket.destroy();
      return true;
    }
    this.answerBytes += bytes.length;
    this.reader.feed(bytes);
    this.hearEnd();
    return listener?.flushed() === true;
  }

  private finish(): void {
    if (this.listener === null) {
      this.socket.destroy();
      return;
    }
    const problem = this.reader.finish();
    if (problem === null && this.ended !== null) this.hearEnd();
    else this.fail('closed-early');
  }

  /**
   * The end is heard when all that came with it was looked at: what follows an answer on the same connection is nobody's, and
   * must not become the answer to the next request.
   */
  private hearEnd(): void {
    const trailers = this.ended;
    if (trailers === null) return;
    const heard = this.listener;
    this.ended = null;
    this.answerOver = true;
    this.settle();
    heard?.end(trailers);
  }

  /** Both ways done: kept for another request, or closed. */
  private settle(): void {
    if (!this.answerOver || (this.tunnel && !this.requestOver)) return;
    this.listener = null;
    this.outgoing = null;
    this.body = null;
    const kept = this.keepAlive && this.requestOver && !this.tunnel && !this.reader.holds;
    if (!kept || this.socket.destroyed) {
      this.socket.destroySoon();
      return;
    }
    // Made to wait by the client of this answer, it would be deaf to the next, and to the target's FIN.
    if (this.socket.isPaused()) this.socket.resume();
    this.deps.onIdle(this.hintMs);
  }

  private switched(fields: readonly Field[]): boolean {
    const wanted = this.outgoing?.upgrade?.toLowerCase();
    return wanted !== undefined && fieldValue(fields, 'upgrade')?.toLowerCase() === wanted;
  }

  private upgrade(head: ResponseHead): Again {
    this.tunnel = true;
    this.requestOver = false;
    this.keepAlive = false;
    this.reader.tunnel();
    this.listener?.head(head);
    return again;
  }

  private fail(cause: Cause): void {
    const heard = this.listener;
    this.listener = null;
    this.socket.destroy();
    if (heard === null) return;
    if (!this.connected) heard.failed(cause, 'unsent');
    else {
      const closed = cause === 'reset' || cause === 'closed-early';
      heard.failed(cause, this.used > 1 && this.answerBytes === 0 && closed ? 'stale' : 'maybe');
    }
  }

  private causeOf({ code }: NodeJS.ErrnoException): Cause {
    if (this.connected) return 'reset';
    if (this.shaking) return 'tls';
    return code === 'ETIMEDOUT' ? 'connect-timeout' : 'refused';
  }
}

/** How long it keeps an idle connection, where it says so. */
function hinted(fields: readonly Field[]): number | null {
  const said = fieldValue(fields, 'keep-alive');
  const hint = said === null ? null : /\btimeout=(\d+)/i.exec(said);
  return hint === null ? null : Number(hint[1]) * 1000;
}
