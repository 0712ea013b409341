import type { OnReadOpts } from 'node:net';
import { createReadBuffer } from '../../lib/read-buffer.ts';

/** `take` says whether nobody needs the bytes any more: their memory is used again then. */
export function readInto(take: (bytes: Buffer) => boolean): OnReadOpts {
  const buffer = createReadBuffer();
  return {
    buffer: buffer.next,
    callback(length) {
      buffer.written(!take(buffer.take(length)));
      return true;
    },
  };
}
