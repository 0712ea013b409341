import type { Socket } from 'node:net';
import type { Field } from '../message.ts';
import { fieldLines, joined, lastChunk } from './writer.ts';

/** A microtask at a tenth of queueMicrotask's price, which keeps an async context for each. */
const soon = Promise.resolve();

export type BodyFraming = 'none' | 'length' | 'chunked' | 'raw';

/** Writes one message on a connection: its head waits for the first piece of the body, so that both go out together. */
export interface BodyWriter {
  /** False: the kernel has enough for now. */
  write(piece: Buffer): boolean;
  /** Whether the body was as long as its Content-Length said. */
  end(trailers: readonly Field[]): boolean;
  /** Sends the head if it still waits. */
  flush(): void;
}

export function createBodyWriter(
  socket: Socket,
  head: string,
  framing: BodyFraming,
  length: number,
): BodyWriter {
  let waiting = head;
  let left = length;

  const put = (piece: Buffer | null, framed: boolean): boolean => {
    const buffers = joined(waiting, piece, framed);
    waiting = '';
    if (buffers.length === 1) return buffers[0] === undefined || socket.write(buffers[0]);
    socket.cork();
    let room = true;
    for (const buffer of buffers) room = socket.write(buffer);
    socket.uncork();
    return room;
  };

  const flush = () => {
    if (waiting !== '') put(null, false);
  };
  // A body may be long in coming, and the head is worth something by itself.
  if (head !== '') void soon.then(flush);

  return {
    write(piece) {
      if (piece.length === 0 || framing === 'none') return true;
      if (framing === 'length') {
        left -= piece.length;
        // More than was said: the rest would be the next message.
        if (left < 0) return true;
      }
      return put(piece, framing === 'chunked');
    },
    end(trailers) {
      if (framing === 'chunked') waiting += `${lastChunk}${fieldLines(trailers) ?? ''}\r\n`;
      flush();
      return framing !== 'length' || left === 0;
    },
    flush,
  };
}
