//  bytes, cut anywhere --> [head | body by its framing] --> head, data..., end        one message at a time
import type { Field } from '../message.ts';
import { createUnchunker } from './chunks.ts';
import type { Unchunker } from './chunks.ts';
import type { FieldLimits } from './fields.ts';
import { bad } from './fields.ts';
import type { Framing } from './framing.ts';
import { blankLines, endInText, endOfHead } from './head-end.ts';
import type { HeadEnd } from './head-end.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';

export interface ReaderLimits extends FieldLimits {
  readonly requestLineBytes: number;
  readonly headBytes: number;
  /** Of a body; 0: any. */
  readonly bodyBytes: number;
}

/** Whoever a reader reads for. */
export interface ReaderEvents {
  limits(): ReaderLimits;
  /**
   * The text of a whole head. Says how its body is framed; `again` for a 1xx, after which another head comes.
   */
  head(text: string): Framing | { readonly kind: 'again' } | Problem;
  /** The beginning of a head that is not whole yet: why nothing good can come of it, or null. */
  early?(start: Buffer): Problem | null;
  data(piece: Buffer): void;
  end(trailers: readonly Field[]): void;
  /** Nothing after this can be read. */
  problem(problem: Problem): void;
}

type State = 'head' | 'length' | 'chunked' | 'close' | 'tunnel' | 'over' | 'broken';

/** Nearly every head ends within it. Looking for the end in text costs less than in bytes, and the text is needed anyway. */
const usualHead = 2048;
const nothing: readonly Field[] = [];

/** Reads messages off one connection: bounded, and indifferent to how the bytes are cut. */
export class Reader {
  private readonly events: ReaderEvents;
  private state: State = 'head';
  /** Lists only while there is something in them: an idle connection needs neither. */
  private partial: Buffer[] | null = null;
  private partialBytes = 0;
  private waiting: Buffer[] | null = null;
  private left = 0;
  private bodyBytes = 0;
  private chunks: Unchunker | null = null;

  constructor(events: ReaderEvents) {
    this.events = events;
  }

  feed(bytes: Buffer): void {
    let rest: Buffer | null = bytes;
    while (rest !== null && rest.length > 0) rest = this.step(rest);
  }

  /** The peer has sent FIN: the end of a body that is framed by it; null when that leaves nothing half-read. */
  finish(): Problem | null {
    const { state } = this;
    if (state === 'close' || state === 'tunnel') this.over(nothing);
    return this.midway ? bad('incomplete: the connection closed inside the message') : null;
  }

  /** After `end`: reads the next message, from what has come already first. */
  next(): void {
    if (this.state === 'over') this.readOn('head');
  }

  /** From now on there are no messages any more: what has come for a next one, and all that follows, is data. */
  tunnel(): void {
    this.readOn('tunnel');
  }

  /** Bytes of a message have come, but not all of it. */
  get midway(): boolean {
    return this.partialBytes > 0 || this.state === 'length' || this.state === 'chunked';
  }

  /** Bytes that belong to the next message have come. */
  get holds(): boolean {
    return this.waiting !== null;
  }

  private readOn(state: State): void {
    this.state = state;
    const { waiting } = this;
    if (waiting === null) return;
    this.waiting = null;
    for (const bytes of waiting) this.feed(bytes);
  }

  private step(bytes: Buffer): Buffer | null {
    switch (this.state) {
      case 'head':
        return this.takeHead(bytes);
      case 'length':
        return this.takeLength(bytes);
      case 'chunked':
        return this.takeChunked(bytes);
      case 'close':
      case 'tunnel':
        this.events.data(bytes);
        return null;
      case 'over':
        (this.waiting ??= []).push(bytes);
        return null;
      case 'broken':
        return null;
    }
  }

  /** The rest of the bytes after a head, or null while there is none yet. */
  private takeHead(bytes: Buffer): Buffer | null {
    const all = this.withBefore(bytes);
    if (all === null) return null;
    const start = all.toString('latin1', 0, Math.min(all.length, usualHead));
    const end = endInText(start) ?? (all.length > usualHead ? endOfHead(all) : null);
    if (end === null) {
      this.partial = [all];
      this.partialBytes = all.length;
      const hopeless = this.events.early?.(all) ?? null;
      return hopeless === null ? this.tooLong(all) : this.fail(hopeless);
    }
    this.partial = null;
    this.partialBytes = 0;
    return this.begin(all, start, end);
  }

  /** With what came of the head before; null while nothing new can be said of it. */
  private withBefore(bytes: Buffer): Buffer | null {
    if (this.partialBytes === 0) {
      const start = blankLines(bytes);
      if (start === 0) return bytes;
      return start === bytes.length ? null : bytes.subarray(start);
    }
    const partial = (this.partial ??= []);
    partial.push(bytes);
    this.partialBytes += bytes.length;
    // No line ends in what is new: nor does the head.
    if (!bytes.includes(10)) return this.tooLong(null);
    return Buffer.concat(partial);
  }

  private begin(all: Buffer, start: string, end: HeadEnd): Buffer | null {
    const { headBytes, requestLineBytes } = this.events.limits();
    if (end.text > headBytes + requestLineBytes) return this.fail(headTooLong);
    const text = end.text <= start.length ? start.slice(0, end.text) : all.toString('latin1', 0, end.text);
    const framing = this.events.head(text);
    this.bodyBytes = 0;
    if (isProblem(framing)) return this.fail(framing);
    // Whoever heard the head may have ended it all, or made a tunnel of it.
    if (this.state === 'head') this.expect(framing);
    return end.next === all.length ? null : all.subarray(end.next);
  }

  private expect(framing: Framing | { readonly kind: 'again' }): void {
    const { kind } = framing;
    if (kind === 'again') return;
    if (kind === 'none') {
      this.over(nothing);
      return;
    }
    const limits = this.events.limits();
    if (kind === 'length') {
      if (limits.bodyBytes > 0 && framing.bytes > limits.bodyBytes) {
        this.fail(bodyTooLong);
        return;
      }
      this.left = framing.bytes;
    } else if (kind === 'chunked') {
      const data = (bytes: Buffer) => this.piece(bytes);
      this.chunks = createUnchunker(limits, { data, end: (trailers) => this.over(trailers) });
    }
    this.state = kind;
  }

  private tooLong(all: Buffer | null): null {
    const { headBytes, requestLineBytes } = this.events.limits();
    const bytes = this.partialBytes;
    if (bytes > requestLineBytes && !(all ?? Buffer.concat(this.partial ?? [])).includes(10)) {
      return this.fail({ status: 414, reason: 'the request line is too long' });
    }
    return bytes > headBytes + requestLineBytes ? this.fail(headTooLong) : null;
  }

  private takeLength(bytes: Buffer): Buffer | null {
    const mine = bytes.length <= this.left ? bytes : bytes.subarray(0, this.left);
    this.left -= mine.length;
    if (mine.length > 0) this.piece(mine);
    if (this.isBroken()) return null;
    if (this.left === 0) this.over(nothing);
    return mine.length === bytes.length ? null : bytes.subarray(mine.length);
  }

  private takeChunked(bytes: Buffer): Buffer | null {
    const used = this.chunks?.feed(bytes) ?? bytes.length;
    if (this.isBroken()) return null;
    if (typeof used !== 'number') return this.fail(used);
    return used === bytes.length ? null : bytes.subarray(used);
  }

  private piece(bytes: Buffer): void {
    const { bodyBytes: most } = this.events.limits();
    if (most === 0) {
      this.events.data(bytes);
      return;
    }
    const room = most - this.bodyBytes;
    this.bodyBytes += bytes.length;
    if (room > 0) this.events.data(bytes.subarray(0, room));
    if (room < bytes.length) this.fail(bodyTooLong);
  }

  private over(trailers: readonly Field[]): void {
    this.state = 'over';
    this.chunks = null;
    this.events.end(trailers);
  }

  private fail(problem: Problem): null {
    this.state = 'broken';
    this.partial = this.waiting = null;
    this.partialBytes = 0;
    this.events.problem(problem);
    return null;
  }

  /** TypeScript takes `state` for what it was before a callback changed it. */
  private isBroken(): boolean {
    return this.state === 'broken';
  }
}

const headTooLong: Problem = { status: 431, reason: 'the header is too long' };
const bodyTooLong: Problem = { status: 413, reason: 'the body is too large' };
