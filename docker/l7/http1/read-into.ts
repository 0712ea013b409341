import type { OnReadOpts } from 'node:net';
import { createReadBuffer } from '../../lib/read-buffer.ts';

/** Answers are read into memory that is used again once it was `flushed`; others may keep what they are handed. */
export function readInto(take: (bytes: Buffer) => void, flushed: () => boolean): OnReadOpts {
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
