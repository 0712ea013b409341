//  HEADERS, DATA --> [length and window checked > inlet] --Incoming--> serve
//  HEADERS, DATA <-- [answer] <--ResponseSink-- serve
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { Cause } from '../failure.ts';
import type { ClientListener, Incoming } from '../front.ts';
import type { Field, RequestHead } from '../message.ts';
import type { Peer } from '../policies/policy.ts';
import type { Sink } from '../sink.ts';
import { Answer } from './answer.ts';
import type { AnswerOwner } from './answer.ts';
import { code, frameType } from './codes.ts';
import type { Ending } from './ended-streams.ts';
import type { FrameWriter } from './frame-writer.ts';
import { createInlet, noBody } from './inlet.ts';
import type { Inlet } from './inlet.ts';
import type { Outlet } from './outlet.ts';
import type { ParsedRequest } from './request-head.ts';

/** What a client may send on a stream before the target has taken any of it: its share of our memory. */
export const streamWindow = 131_072;

/** What the streams of one connection share. */
export interface ClientStreamDeps {
  readonly peer: Peer;
  readonly http: HttpSettings;
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
  /** It is not among the open ones any more. */
  closed(id: number, ending: Ending): void;
}

/** A request under way. An object with methods: what a request costs is mostly what is made for it. */
export class ClientStream implements Incoming, AnswerOwner {
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly hasBody: boolean;
  readonly upgrade: string | null;
  readonly expectsContinue: boolean;
  readonly trailers: boolean;
  readonly desync = null;
  readonly suspect = false;
  readonly respond: Answer;
  private readonly id: number;
  private readonly deps: ClientStreamDeps;
  private readonly inlet: Inlet;
  /** By its Content-Length; null where it has none. */
  private readonly length: number | null;
  private listener: ClientListener | null = null;
  private isClosed = false;
  private received = 0;
  private window = streamWindow;
  private owed = 0;
  /** What the client did wrong, once it has. */
  private late: number = code.noError;

  constructor(id: number, request: ParsedRequest, hasBody: boolean, deps: ClientStreamDeps) {
    const { writer, outlet, http } = deps;
    const { head, upgrade } = request;
    this.id = id;
    this.head = head;
    this.peer = deps.peer;
    this.hasBody = hasBody;
    this.upgrade = upgrade;
    this.expectsContinue = request.expectsContinue;
    this.trailers = request.trailers;
    this.length = request.length;
    this.deps = deps;
    this.inlet = hasBody
      ? createInlet({
          silenceMs: http.bodyTimeoutMs,
          slow: () => this.fail('request-timeout'),
          taken: (bytes) => this.taken(bytes),
        })
      : noBody;
    this.respond = new Answer({ id, method: head.method, tunnel: upgrade !== null, writer, outlet }, this);
  }

  feed(sink: Sink): void {
    this.inlet.feed(sink);
  }

  watch(listener: ClientListener): void {
    this.listener = listener;
  }

  /** `size` counts its padding too. */
  data(piece: Buffer, size: number, last: boolean): void {
    const { inlet, length } = this;
    const { bodyBytes } = this.deps.http;
    this.window -= size;
    if (inlet.over()) {
      this.fault(code.streamClosed);
      return;
    }
    if (this.window < 0) {
      this.fault(code.flowControlError);
      return;
    }
    this.received += piece.length;
    const tooMuch = length !== null && this.received > length;
    if (tooMuch || (last && !this.isWhole())) {
      this.fault(code.protocolError);
      return;
    }
    if (bodyBytes > 0 && this.received > bodyBytes) {
      this.fail('too-large');
      return;
    }
    this.taken(size - piece.length);
    if (piece.length > 0) inlet.data(piece);
    if (last) inlet.end([]);
  }

  /** The fields after its body. Null: malformed. */
  lastFields(fields: readonly Field[] | null, last: boolean): void {
    const { inlet } = this;
    if (inlet.over()) this.fault(code.streamClosed);
    else if (fields === null || !last || !this.isWhole()) this.fault(code.protocolError);
    else inlet.end(fields);
  }

  credit(bytes: number): void {
    if (!this.respond.credit(bytes)) this.fault(code.flowControlError);
  }

  /** The client takes it back, or has left. */
  gone(): void {
    if (this.isClosed) return;
    this.inlet.abort();
    this.close('reset');
    this.listener?.gone();
  }

  /** The client did what ends the stream (RFC 9113 section 5.4.2): answered where it still can be, and cut. */
  fault(why: number): void {
    this.late = why;
    this.fail('bad-request');
    if (this.isClosed) return;
    const heard = this.listener;
    this.cut(why);
    heard?.gone();
  }

  answerBegins(): void {
    this.inlet.patient();
  }

  answerEnded(): void {
    const { writer } = this.deps;
    // An answer before the request is over: the rest is not wanted (RFC 9113 section 8.1).
    const whole = this.inlet.over() && this.late === code.noError;
    if (!whole) writer.words(frameType.rstStream, 0, this.id, this.late);
    this.close(whole ? 'whole' : 'cut');
    this.inlet.close();
    writer.whenFlushed((flushed) => (flushed ? this.listener?.finished() : this.listener?.gone()));
  }

  answerBroken(why: number): void {
    this.cut(this.late === code.noError ? why : this.late);
  }

  private isWhole(): boolean {
    return this.length === null || this.received === this.length;
  }

  private taken(bytes: number): void {
    this.owed += bytes;
    if (this.owed < streamWindow / 2 || this.inlet.over() || this.isClosed) return;
    this.deps.writer.words(frameType.windowUpdate, 0, this.id, this.owed);
    this.window += this.owed;
    this.owed = 0;
  }

  private close(ending: Ending): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.respond.close();
    this.deps.closed(this.id, ending);
  }

  private cut(why: number): void {
    if (this.isClosed) return;
    this.deps.writer.words(frameType.rstStream, 0, this.id, why);
    this.close('cut');
    this.inlet.close();
  }

  private fail(cause: Cause): void {
    this.inlet.abort();
    this.listener?.failed(cause);
  }
}
