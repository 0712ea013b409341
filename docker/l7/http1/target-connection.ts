//  Outgoing --> [head, body writer] --> target        one request at a time on a kept connection
//  BackListener <-- [reader > parse] <-- target
import type { Socket } from 'node:net';
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import type { Field, ResponseHead } from '../message.ts';
import { fieldValue, fieldValues, withoutFields } from '../message.ts';
import { answerLimits } from './answer-limits.ts';
import { BodyWriter, lookAt } from './body-writer.ts';
import { responseFraming } from './framing.ts';
import type { Framing } from './framing.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { Reader } from './reader.ts';
import type { ReaderEvents, ReaderLimits } from './reader.ts';
import { RequestSink } from './request-sink.ts';
import { noBody, written } from './request-writer.ts';
import { parseResponseHead } from './response-head.ts';
import { TargetSocket } from './target-socket.ts';
import type { TargetSocketDeps, TargetSocketListener } from './target-socket.ts';

export interface TargetConnectionDeps extends TargetSocketDeps {
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
export class TargetConnection implements ReaderEvents, TargetSocketListener {
  /** How many requests it was given. */
  used = 0;
  private readonly link: TargetSocket;
  private readonly deps: TargetConnectionDeps;
  private readonly reader = new Reader(this);
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
    this.link = new TargetSocket(deps, this);
  }

  /** Below TLS: its bytes are those on the wire. */
  get raw(): Socket {
    return this.link.raw;
  }

  get connected(): boolean {
    return this.link.connected;
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
      queueMicrotask(() => this.failed('bad-request'));
    } else if (request.framing === 'none' && next.upgrade === null) {
      this.socket.write(request.text, 'latin1');
      heard.connected(noBody, this.link.tls);
    } else {
      const writer = new BodyWriter(this.socket, request.text, request.framing, request.length);
      this.body = new RequestSink(this, this.socket, writer);
      heard.connected(this.body, this.link.tls);
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
    return answerLimits(this.deps.http());
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
    this.failed('bad-response');
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
    } else if (!whole) this.failed('reset');
  }

  requestAborted(): void {
    this.listener = null;
    this.socket.destroy();
  }

  stood(): void {
    this.deps.onConnected();
  }

  take(bytes: Buffer): boolean {
    const { listener } = this;
    // Nobody asked: what an idle connection says cannot be the answer to what is sent next.
    if (listener === null && this.outgoing === null) {
      this.socket.destroy();
      return true;
    }
    this.answerBytes += bytes.length;
    lookAt(bytes, this.look);
    return listener?.flushed() === true;
  }

  drained(): void {
    this.body?.wake();
  }

  finished(): void {
    if (this.listener === null) {
      this.socket.destroy();
      return;
    }
    const problem = this.reader.finish();
    if (problem === null && this.ended !== null) this.hearEnd();
    else this.failed('closed-early');
  }

  failed(cause: Cause): void {
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

  closed(): void {
    this.deps.onClosed(this.connected);
  }

  private readonly look = (bytes: Buffer): void => {
    this.reader.feed(bytes);
    this.hearEnd();
  };

  private get socket(): Socket {
    return this.link.stream;
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
}

/** How long it keeps an idle connection, where it says so. */
function hinted(fields: readonly Field[]): number | null {
  const said = fieldValue(fields, 'keep-alive');
  const hint = said === null ? null : /\btimeout=(\d+)/i.exec(said);
  return hint === null ? null : Number(hint[1]) * 1000;
}
