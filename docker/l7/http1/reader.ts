//  bytes, cut anywhere --> [head | body by its framing] --> head, data..., end        one message at a time
import type { Field } from '../message.ts';
import { createUnchunker } from './chunks.ts';
import type { Unchunker } from './chunks.ts';
import type { FieldLimits } from './fields.ts';
import { bad } from './fields.ts';
import type { Framing } from './framing.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';

export interface ReaderLimits extends FieldLimits {
  readonly requestLineBytes: number;
  readonly headBytes: number;
  /** Of a body; 0: any. */
  readonly bodyBytes: number;
}

export interface ReaderEvents {
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

/** Reads messages off one connection: bounded, and indifferent to how the bytes are cut. */
export interface Reader {
  feed(bytes: Buffer): void;
  /** The peer has sent FIN: the end of a body that is framed by it; null when that leaves nothing half-read. */
  finish(): Problem | null;
  /** After `end`: reads the next message, from what has come already first. */
  next(): void;
  /** From now on there are no messages any more: what has come for a next one, and all that follows, is data. */
  tunnel(): void;
  /** Bytes of a message have come, but not all of it. */
  readonly midway: boolean;
  /** Bytes that belong to the next message. */
  readonly held: number;
}

type State = 'head' | 'length' | 'chunked' | 'close' | 'tunnel' | 'over' | 'broken';

export function createReader(limits: () => ReaderLimits, events: ReaderEvents): Reader {
  let state: State = 'head';
  let partial: Buffer[] = [];
  let partialBytes = 0;
  let held: Buffer[] = [];
  let left = 0;
  let bodyBytes = 0;
  let chunks: Unchunker | null = null;

  const fail = (problem: Problem): null => {
    state = 'broken';
    partial = held = [];
    partialBytes = 0;
    events.problem(problem);
    return null;
  };

  const over = (trailers: readonly Field[]) => {
    state = 'over';
    events.end(trailers);
  };

  const piece = (bytes: Buffer) => {
    const { bodyBytes: most } = limits();
    const room = most === 0 ? bytes.length : most - bodyBytes;
    bodyBytes += bytes.length;
    if (room > 0) events.data(bytes.subarray(0, room));
    if (room < bytes.length) fail({ status: 413, reason: 'the body is too large' });
  };

  const begin = (framing: ReturnType<ReaderEvents['head']>) => {
    bodyBytes = 0;
    if (isProblem(framing)) {
      fail(framing);
      return;
    }
    // Whoever heard the head may have ended it all, or made a tunnel of it.
    if (state !== 'head') return;
    const { kind } = framing;
    if (kind === 'again') state = 'head';
    else if (kind === 'none') over([]);
    else if (kind === 'length') {
      const { bodyBytes: most } = limits();
      if (most > 0 && framing.bytes > most) {
        fail({ status: 413, reason: 'the body is too large' });
        return;
      }
      state = 'length';
      left = framing.bytes;
    } else if (kind === 'chunked') {
      state = 'chunked';
      chunks = createUnchunker(limits(), { data: piece, end: over });
    } else state = kind;
  };

  /** TypeScript takes `state` for what it was before a callback changed it. */
  const isBroken = () => state === 'broken';

  /** The rest of the bytes after a head, or null while there is none yet. */
  const takeHead = (bytes: Buffer): Buffer | null => {
    let all: Buffer;
    if (partialBytes === 0) {
      const start = blankLines(bytes);
      if (start === bytes.length) return null;
      all = bytes.subarray(start);
    } else {
      partial.push(bytes);
      partialBytes += bytes.length;
      // No line ends in what is new: nor does the head.
      if (!bytes.includes(10)) return tooLong(partialBytes, null);
      all = Buffer.concat(partial);
    }
    const start = all.toString('latin1', 0, Math.min(all.length, usualHead));
    const end = endIn(start) ?? (all.length > usualHead ? endOfHead(all) : null);
    if (end === null) {
      partial = [all];
      partialBytes = all.length;
      const hopeless = events.early?.(all) ?? null;
      return hopeless === null ? tooLong(partialBytes, all) : fail(hopeless);
    }
    partial = [];
    partialBytes = 0;
    const { headBytes, requestLineBytes } = limits();
    if (end.text > headBytes + requestLineBytes) return fail(headTooLong);
    begin(
      events.head(end.text <= usualHead ? start.slice(0, end.text) : all.toString('latin1', 0, end.text)),
    );
    return all.subarray(end.next);
  };

  const tooLong = (bytes: number, all: Buffer | null): null => {
    const { headBytes, requestLineBytes } = limits();
    if (bytes > requestLineBytes && !(all ?? Buffer.concat(partial)).includes(10)) {
      return fail({ status: 414, reason: 'the request line is too long' });
    }
    return bytes > headBytes + requestLineBytes ? fail(headTooLong) : null;
  };

  const takeLength = (bytes: Buffer): Buffer | null => {
    const mine = bytes.length <= left ? bytes : bytes.subarray(0, left);
    left -= mine.length;
    if (mine.length > 0) piece(mine);
    if (isBroken()) return null;
    if (left === 0) over([]);
    return mine.length === bytes.length ? null : bytes.subarray(mine.length);
  };

  const takeChunked = (bytes: Buffer): Buffer | null => {
    const used = chunks?.feed(bytes) ?? bytes.length;
    if (isBroken()) return null;
    if (typeof used !== 'number') return fail(used);
    return used === bytes.length ? null : bytes.subarray(used);
  };

  const step = (bytes: Buffer): Buffer | null => {
    switch (state) {
      case 'head':
        return takeHead(bytes);
      case 'length':
        return takeLength(bytes);
      case 'chunked':
        return takeChunked(bytes);
      case 'close':
      case 'tunnel':
        events.data(bytes);
        return null;
      case 'over':
        held.push(bytes);
        return null;
      case 'broken':
        return null;
    }
  };

  const feed = (bytes: Buffer) => {
    let rest: Buffer | null = bytes;
    while (rest !== null && rest.length > 0) rest = step(rest);
  };

  return {
    feed,
    finish() {
      if (state === 'close' || state === 'tunnel') over([]);
      const midway = state === 'length' || state === 'chunked' || partialBytes > 0;
      return midway ? bad('incomplete: the connection closed inside the message') : null;
    },
    next() {
      if (state !== 'over') return;
      state = 'head';
      const waiting = held;
      held = [];
      for (const bytes of waiting) feed(bytes);
    },
    tunnel() {
      const waiting = held;
      held = [];
      state = 'tunnel';
      for (const bytes of waiting) feed(bytes);
    },
    get midway() {
      return partialBytes > 0 || state === 'length' || state === 'chunked';
    },
    get held() {
      return held.reduce((sum, { length }) => sum + length, 0);
    },
  };
}

const headTooLong: Problem = { status: 431, reason: 'the header is too long' };

/** Empty lines before a request line may be skipped (RFC 9112 section 2.2). */
function blankLines(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && (bytes[at] === 13 || bytes[at] === 10)) at += 1;
  return at;
}

/** Nearly every head ends within it. Looking for the end in text costs less than in bytes, and the text is needed anyway. */
const usualHead = 2048;

function endIn(text: string): { readonly text: number; readonly next: number } | null {
  const proper = text.indexOf('\n\r\n');
  const bare = text.indexOf('\n\n');
  if (bare !== -1 && (proper === -1 || bare < proper)) return { text: bare + 1, next: bare + 2 };
  return proper === -1 ? null : { text: proper + 1, next: proper + 3 };
}

/** Where the head's last line ends, and where what follows begins; a line may end without its CR (section 2.2). */
function endOfHead(bytes: Buffer): { readonly text: number; readonly next: number } | null {
  const proper = bytes.indexOf('\n\r\n', 0, 'latin1');
  const before = proper === -1 ? bytes : bytes.subarray(0, proper + 1);
  const bare = before.indexOf('\n\n', 0, 'latin1');
  if (bare !== -1) return { text: bare + 1, next: bare + 2 };
  return proper === -1 ? null : { text: proper + 1, next: proper + 3 };
}
