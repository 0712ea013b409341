//  Outgoing --> HEADERS, DATA        HEADERS, DATA --> [judged > held while nobody wants it] --> BackListener
import type { Attempt, BackListener, Harm, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import type { Field } from '../message.ts';
import type { AnswerField } from './answer-field.ts';
import { parseAnswer } from './answer-head.ts';
import type { ParsedAnswer } from './answer-head.ts';
import { streamWindow } from './client-stream.ts';
import { code, frameType } from './codes.ts';
import type { Ending } from './ended-streams.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Outlet } from './outlet.ts';
import { parseTrailers } from './request-head.ts';
import { createRequestOut } from './request-out.ts';
import type { RequestOut } from './request-out.ts';
import { switched } from './request-to-send.ts';

export interface TargetStreamDeps {
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
  /** It is not among the open ones any more. */
  closed(id: number, ending: Ending): void;
  /** Given up without a word of its answer. */
  doubted(): void;
}

/** One request, and its answer, on a connection to a target that others share. */
export class TargetStream implements Attempt {
  /** Null where the request was over with its head. */
  readonly out: RequestOut | null;
  private readonly id: number;
  private readonly deps: TargetStreamDeps;
  private readonly outgoing: Outgoing;
  /** Of a WebSocket (RFC 8441), if the target agrees to it. */
  private readonly asksTunnel: boolean;
  private listener: BackListener | null;
  private open = true;
  private requestOver: boolean;
  /** The head of its answer is here, 1xx apart. */
  private answered = false;
  private answerOver = false;
  private tunnel = false;
  private bodiless = false;
  // By its Content-Length; null where it has none.
  private left: number | null = null;
  private held: Buffer[] = [];
  // The listener has enough for now; what it has taken with its last word is to be taken once it has room again.
  private stalled = false;
  private taking = 0;
  private owed = 0;
  private window = streamWindow;
  private last: readonly Field[] | null = null;

  constructor(
    id: number,
    outgoing: Outgoing,
    asksTunnel: boolean,
    heard: BackListener,
    deps: TargetStreamDeps,
  ) {
    this.id = id;
    this.deps = deps;
    this.outgoing = outgoing;
    this.asksTunnel = asksTunnel;
    this.listener = heard;
    this.requestOver = !asksTunnel && (outgoing.upgrade !== null || !outgoing.hasBody);
    this.out = this.requestOver
      ? null
      : createRequestOut({
          stream: id,
          fields: outgoing.head.fields,
          outlet: deps.outlet,
          ended: () => this.requestEnded(),
          aborted: () => this.cancel(),
          broken: () => this.fault(code.cancel, 'reset'),
        });
  }

  resume(): void {
    this.stalled = false;
    this.taken(this.owed);
    this.owed = 0;
    for (let piece = this.held.shift(); piece !== undefined; piece = this.held.shift())
      if (!this.give(piece)) break;
    this.tellEnd();
  }

  cancel(): void {
    this.listener = null;
    this.held = [];
    if (this.open && !this.answered) this.deps.doubted();
    this.cut(code.cancel);
  }

  headers(fields: readonly AnswerField[], tooLarge: string, endStream: boolean): void {
    if (this.answerOver) this.fault(code.streamClosed);
    else if (tooLarge !== '') this.fault(code.cancel);
    else if (this.answered) {
      const trailers = endStream && this.isWhole() ? parseTrailers(fields) : null;
      if (trailers === null) this.fault(code.protocolError);
      else this.end(trailers);
    } else {
      const parsed = parseAnswer(fields);
      if (parsed === null) this.fault(code.protocolError);
      else this.head(parsed, endStream);
    }
  }

  /** `size` counts its padding too. */
  data(piece: Buffer, size: number, endStream: boolean): void {
    this.window -= size;
    if (this.window < 0) {
      this.fault(code.flowControlError);
      return;
    }
    if (this.answerOver) {
      this.fault(code.streamClosed);
      return;
    }
    if (this.left !== null) this.left -= piece.length;
    const tooMuch = piece.length > 0 && (this.bodiless || (this.left ?? 0) < 0);
    if (!this.answered || tooMuch || (endStream && !this.isWhole())) {
      this.fault(code.protocolError);
      return;
    }
    this.taken(size - piece.length);
    if (piece.length > 0) {
      if (this.stalled) this.held.push(piece);
      else this.give(piece);
    }
    if (endStream && this.open) this.end([]);
  }

  credit(bytes: number): void {
    if (this.out?.credit(bytes) === false) this.fault(code.flowControlError);
  }

  /** The target takes it back. */
  reset(why: number): void {
    this.close('reset');
    this.fail('reset', why === code.refusedStream && !this.answered ? 'refused' : 'maybe');
  }

  /** The target goes, and has not looked at it (RFC 9113 section 6.8). */
  unserved(): void {
    this.close('cut');
    this.fail('closed-early', this.answered ? 'maybe' : 'refused');
  }

  lost(cause: Cause, harm: Harm): void {
    this.close('cut');
    this.fail(cause, this.answered ? 'maybe' : harm);
  }

  /** The target did what ends the stream (RFC 9113 section 5.4.2). */
  fault(why: number, cause: Cause = 'bad-response'): void {
    this.cut(why);
    this.fail(cause, 'maybe');
  }

  private head(parsed: ParsedAnswer, endStream: boolean): void {
    const { head, length } = parsed;
    const { listener } = this;
    if (head.status < 200) {
      if (endStream) this.fault(code.protocolError);
      else listener?.informational(head);
      return;
    }
    this.answered = true;
    if (this.asksTunnel && head.status < 300) {
      this.tunnel = true;
      listener?.head(switched(this.outgoing, head));
    } else {
      const { status } = head;
      this.bodiless = this.outgoing.head.method === 'HEAD' || status === 204 || status === 304;
      this.left = this.bodiless ? null : length;
      if (endStream && !this.isWhole()) {
        this.answered = false;
        this.fault(code.protocolError);
        return;
      }
      listener?.head(head);
    }
    if (endStream && this.open) this.end([]);
  }

  /** False: no more for now. */
  private give(piece: Buffer): boolean {
    if (this.listener === null || this.listener.data(piece)) {
      this.taken(piece.length);
      return true;
    }
    this.stalled = true;
    this.owed += piece.length;
    return false;
  }

  /** So much may be sent in place of it. */
  private taken(bytes: number): void {
    this.taking += bytes;
    if (this.taking < streamWindow / 2 || this.answerOver || !this.open) return;
    this.deps.writer.words(frameType.windowUpdate, 0, this.id, this.taking);
    this.window += this.taking;
    this.taking = 0;
  }

  private isWhole(): boolean {
    return this.left === null || this.left === 0;
  }

  private end(trailers: readonly Field[]): void {
    this.answerOver = true;
    this.last = trailers;
    if (this.requestOver) this.close('whole');
    // An answer before the request is over: nobody will read the rest (section 8.1). A tunnel's other way goes on.
    else if (!this.tunnel) this.cut(code.cancel);
    this.tellEnd();
  }

  private tellEnd(): void {
    const { last, listener } = this;
    if (last === null || this.held.length > 0) return;
    this.last = null;
    if (!this.open) this.listener = null;
    listener?.end(last);
  }

  private requestEnded(): void {
    this.requestOver = true;
    if (this.answerOver) this.close('whole');
  }

  private fail(cause: Cause, harm: Harm): void {
    const { listener } = this;
    this.listener = null;
    this.held = [];
    listener?.failed(cause, harm);
  }

  private cut(why: number): void {
    if (!this.open) return;
    this.deps.writer.words(frameType.rstStream, 0, this.id, why);
    this.close('cut');
  }

  private close(ending: Ending): void {
    if (!this.open) return;
    this.open = false;
    this.out?.close();
    this.deps.closed(this.id, ending);
  }
}
