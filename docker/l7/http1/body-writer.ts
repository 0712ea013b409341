import type { Socket } from 'node:net';
import type { Field } from '../message.ts';
import { fieldLines, joined, lastChunk } from './writer.ts';

/** A microtask at a tenth of queueMicrotask's price, which keeps an async context for each. */
const soon = Promise.resolve();

/** Heads that came with the read that is being looked at: most of their bodies come with it, too. */
const waiting: BodyWriter[] = [];
let looking = false;

/** Looks at what was read; a head that then still waits for its body goes out alone, without a microtask of its own. */
export function lookAt(read: Buffer, look: (read: Buffer) => void): void {
  looking = true;
  try {
    look(read);
  } finally {
    looking = false;
    for (let writer = waiting.pop(); writer !== undefined; writer = waiting.pop()) writer.flush();
  }
}

export type BodyFraming = 'none' | 'length' | 'chunked' | 'raw';

/** Writes one message on a connection: its head waits for the first piece of the body, so that both go out together. */
export class BodyWriter {
  private readonly socket: Socket;
  private readonly framing: BodyFraming;
  private waiting: string;
  private left: number;

  constructor(socket: Socket, head: string, framing: BodyFraming, length: number) {
    this.socket = socket;
    this.framing = framing;
    this.waiting = head;
    this.left = length;
    // A body may be long in coming, and the head is worth something by itself.
    if (looking) waiting.push(this);
    else void soon.then(() => this.flush());
  }

  /** False: the kernel has enough for now. */
  write(piece: Buffer): boolean {
    const { framing } = this;
    if (piece.length === 0 || framing === 'none') return true;
    if (framing === 'length') {
      this.left -= piece.length;
      // More than was said: the rest would be the next message.
      if (this.left < 0) return true;
    }
    return this.put(piece, framing === 'chunked');
  }

  /** Whether the body was as long as its Content-Length said. */
  end(trailers: readonly Field[]): boolean {
    if (this.framing === 'chunked') this.waiting += `${lastChunk}${fieldLines(trailers) ?? ''}\r\n`;
    this.flush();
    return this.framing !== 'length' || this.left === 0;
  }

  /** Sends the head if it still waits. */
  flush(): void {
    if (this.waiting === '') return;
    const head = this.waiting;
    this.waiting = '';
    this.socket.write(head, 'latin1');
  }

  private put(piece: Buffer, chunked: boolean): boolean {
    const { socket, waiting } = this;
    if (waiting === '' && !chunked) return socket.write(piece);
    this.waiting = '';
    const buffers = joined(waiting, piece, chunked);
    const [only] = buffers;
    if (buffers.length === 1 && only !== undefined) return socket.write(only);
    socket.cork();
    let room = true;
    for (const buffer of buffers) room = socket.write(buffer);
    socket.uncork();
    return room;
  }
}
