import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A connection in memory, and all that was written to it. */
export function written() {
  const pieces: Buffer[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      pieces.push(Buffer.from(chunk));
      done();
    },
  });
  return {
    socket: stream as unknown as Socket,
    text: () => Buffer.concat(pieces).toString('latin1'),
    writes: () => pieces.length,
  };
}
