//  head, body --> [head held for its first piece] --> HEADERS, DATA
import { lengthOf } from '../http1/framing.ts';
import { withoutHopByHop } from '../headers.ts';
import type { Field, ResponseHead } from '../message.ts';
import { fieldValues, withoutFields } from '../message.ts';
import type { ResponseSink } from '../sink.ts';
import { code } from './codes.ts';
import { fieldsToSend } from './fields-to-send.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Lane, LaneOwner } from './lane.ts';
import type { Outlet } from './outlet.ts';

export interface AnswerDeps {
  readonly id: number;
  readonly method: string;
  /** What HTTP/1 says by 101 is 200 here (RFC 8441 section 5). */
  readonly tunnel: boolean;
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
}

/** Whoever the answer is to. */
export interface AnswerOwner {
  answerBegins(): void;
  /** END_STREAM is written. */
  answerEnded(): void;
  /** It will never be whole. */
  answerBroken(code: number): void;
}

const broken: ResponseHead = { status: 500, fields: [] };

/** The answer on one stream. */
export class Answer implements ResponseSink, LaneOwner {
  readonly id: number;
  private readonly deps: AnswerDeps;
  private readonly owner: AnswerOwner;
  private readonly lane: Lane;
  private waiting: ResponseHead | null = null;
  private begun = false;
  // Nothing may follow, and then: all of it is written, or never will be.
  private over = false;
  private closed = false;
  private bodiless = false;
  // By its Content-Length; null where it has none.
  private left: number | null = null;
  private drained: (() => void) | null = null;

  constructor(deps: AnswerDeps, owner: AnswerOwner) {
    this.id = deps.id;
    this.deps = deps;
    this.owner = owner;
    this.lane = deps.outlet.lane(this);
  }

  informational({ status, fields }: ResponseHead): void {
    const all = fieldsToSend(status, withoutHopByHop(fields));
    if (!this.over && !this.begun && all !== null) this.deps.writer.headers(this.id, all, false);
  }

  head(said: ResponseHead): void {
    if (this.over || this.begun) return;
    const { method, tunnel, writer } = this.deps;
    this.begun = true;
    const head = tunnel && said.status === 101 ? opened(said) : said;
    this.bodiless = method === 'HEAD' || head.status === 204 || head.status === 304;
    const length = lengthOf(fieldValues(head.fields, 'content-length'));
    this.left = typeof length === 'number' && !this.bodiless ? length : null;
    this.waiting = head;
    this.owner.answerBegins();
    // A head whose body is long in coming is worth something by itself.
    writer.beforeFlush(() => this.send(false));
  }

  write(piece: Buffer): boolean {
    if (this.over || this.bodiless || piece.length === 0) return true;
    if (this.left !== null) {
      this.left -= piece.length;
      // More than was said: the client is told by the end of it.
      if (this.left < 0) return true;
    }
    this.send(false);
    return this.lane.write(piece);
  }

  end(last: readonly Field[]): void {
    if (this.over) return;
    if (this.left !== null && this.left !== 0) {
      this.fail(code.internalError);
      return;
    }
    const trailers = last.length === 0 ? none : (fieldsToSend(null, withoutHopByHop(last)) ?? none);
    if (this.waiting !== null && trailers.length === 0) {
      // gRPC reads its status in such a head: an answer of trailers only.
      this.send(true);
      this.lane.close();
      this.ended();
      return;
    }
    this.send(false);
    this.over = true;
    this.lane.end(trailers);
  }

  abort(): void {
    this.fail(code.internalError);
  }

  flushed(): boolean {
    return this.waiting === null && this.lane.empty();
  }

  onDrain(listener: () => void): void {
    this.drained = listener;
  }

  wake(): void {
    this.drained?.();
  }

  ended(): void {
    this.over = this.closed = true;
    this.owner.answerEnded();
  }

  credit(bytes: number): boolean {
    return this.lane.credit(bytes);
  }

  /** Nothing of it is wanted any more. */
  close(): void {
    this.over = this.closed = true;
    this.waiting = null;
    this.lane.close();
  }

  private send(endStream: boolean): void {
    const head = this.waiting;
    if (head === null || this.over) return;
    this.waiting = null;
    const fields = fieldsToSend(head.status, withoutHopByHop(head.fields));
    // A head that a policy broke must not break the rest.
    const written = fields ?? fieldsToSend(broken.status, broken.fields) ?? [];
    this.deps.writer.headers(this.id, written, endStream);
  }

  private fail(why: number): void {
    if (this.closed) return;
    this.close();
    this.owner.answerBroken(why);
  }
}

const none: readonly Field[] = [];

function opened(head: ResponseHead): ResponseHead {
  return { status: 200, fields: withoutFields(head.fields, ['sec-websocket-accept']) };
}
