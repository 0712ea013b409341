import type { Field } from '../message.ts';
import { bad, parseFields } from './fields.ts';
import type { FieldLimits } from './fields.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';

export interface ChunkEvents {
  data(piece: Buffer): void;
  end(trailers: readonly Field[]): void;
}

/**
 * Undoes chunked (RFC 9112 section 7.1), from any cut of the bytes. Only the data goes on: sizes and extensions are
 * written anew for the next hop, so that no two readers of the same bytes can disagree about them.
 */
export interface Unchunker {
  /** How many bytes were used: all, or up to the end of the body. */
  feed(bytes: Buffer): number | Problem;
  readonly done: boolean;
}

/** Of one size line, and of all extensions of a body: a peer must not hide a second body in them. */
const lineLimit = 1024;
const extensionLimit = 16_384;
const trailerLimit = 16_384;
/** A size line without its CRLF: thirteen hexadecimal digits are exact in a double. */
const sizeLine = /^([0-9a-f]{1,13})([ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/i;
/** Trailers must not say what framed, routed or authorised the message (RFC 9110 section 6.5.1). */
const notInTrailers =
  /^(transfer-encoding|content-(length|encoding|type|range)|host|connection|trailer|te|upgrade|keep-alive|authorization|cookie|set-cookie|x-forwarded-.*)$/i;

type State = 'size' | 'data' | 'after-data' | 'trailers' | 'done';

export function createUnchunker(limits: FieldLimits, events: ChunkEvents): Unchunker {
  let state: State = 'size';
  let left = 0;
  let line = '';
  let trailers = '';
  let extensions = 0;

  /** Adds to the line up to its LF; whether it is there now. */
  const takeLine = (bytes: Buffer, at: number): { next: number; whole: boolean } => {
    const feed = bytes.indexOf(10, at);
    const next = feed === -1 ? bytes.length : feed + 1;
    line += bytes.toString('latin1', at, next);
    return { next, whole: feed !== -1 };
  };

  const onSize = (): Problem | null => {
    const [, digits, extension = ''] =
      (line.endsWith('\r\n') ? sizeLine.exec(line.slice(0, -2)) : null) ?? [];
    if (digits === undefined) return bad('BadTransferEncoding: not a chunk size');
    extensions += extension.length;
    if (extensions > extensionLimit) return bad('BadTransferEncoding: too many chunk extensions');
    line = '';
    left = Number.parseInt(digits, 16);
    state = left === 0 ? 'trailers' : 'data';
    return null;
  };

  const onTrailer = (): Problem | null => {
    if (!line.endsWith('\r\n')) return bad('BadTransferEncoding: a bare LF after the last chunk');
    if (line !== '\r\n') {
      trailers += line;
      line = '';
      return trailers.length > trailerLimit ? { status: 431, reason: 'too many trailers' } : null;
    }
    const parsed = parseFields(trailers, limits);
    if (isProblem(parsed)) return parsed;
    state = 'done';
    events.end(parsed.fields.filter(([name]) => !notInTrailers.test(name)));
    return null;
  };

  const feedLine = (bytes: Buffer, at: number): number | Problem => {
    const { next, whole } = takeLine(bytes, at);
    const limit = state === 'size' ? lineLimit : trailerLimit;
    if (line.length > limit) return bad('BadTransferEncoding: a line is too long');
    const problem = whole ? (state === 'size' ? onSize() : onTrailer()) : null;
    return problem ?? next;
  };

  const feedEndOfData = (bytes: Buffer, at: number): number | Problem => {
    const taken = bytes.toString('latin1', at, at + 2 - line.length);
    line += taken;
    if (!'\r\n'.startsWith(line)) return bad('BadTransferEncoding: a chunk is longer than its size');
    if (line.length === 2) {
      line = '';
      state = 'size';
    }
    return at + taken.length;
  };

  return {
    feed(bytes) {
      let at = 0;
      while (at < bytes.length && state !== 'done') {
        if (state === 'data') {
          const piece = bytes.subarray(at, at + left);
          left -= piece.length;
          at += piece.length;
          if (left === 0) state = 'after-data';
          events.data(piece);
          continue;
        }
        const used = state === 'after-data' ? feedEndOfData(bytes, at) : feedLine(bytes, at);
        if (typeof used !== 'number') return used;
        at = used;
      }
      return at;
    },
    get done() {
      return state === 'done';
    },
  };
}
