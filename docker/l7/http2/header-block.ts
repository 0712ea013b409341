import { code, frameBytes } from './codes.ts';
import { ConnectionError } from './connection-error.ts';

/** A header block in more frames than one (RFC 9113 section 6.10); nothing else may come between them. */
export interface HeaderBlock {
  /** The stream that it is of. */
  readonly stream: number;
  readonly flags: number;
  add(bytes: Buffer, start: number, end: number): void;
  whole(): Buffer;
}

/** Of frames that may be cut as small as their sender likes, beside those that the block's own length needs. */
const spareFrames = 16;

/** Kept as it comes, for its fields are read in one go: bounded by bytes and by frames, which may be empty (CVE-2024-27316). */
export function createHeaderBlock(stream: number, flags: number, mostBytes: number): HeaderBlock {
  const pieces: Buffer[] = [];
  const mostFrames = spareFrames + Math.ceil(mostBytes / frameBytes);
  let bytes = 0;
  return {
    stream,
    flags,
    add(from, start, end) {
      bytes += end - start;
      // A copy: the piece would keep all that was read with it.
      pieces.push(Buffer.from(from.subarray(start, end)));
      if (bytes > mostBytes || pieces.length > mostFrames)
        throw new ConnectionError(code.enhanceYourCalm, 'a header block without end');
    },
    whole: () => Buffer.concat(pieces),
  };
}
