//  bytes as they come --> [preface > header > payload] --> frame
import { code, frameBytes, frameHeaderBytes, preface } from './codes.ts';
import { ConnectionError } from './connection-error.ts';

/** The payload is `bytes` from `start` to `end`, and its listener's to keep. */
export type TakeFrame = (
  type: number,
  flags: number,
  stream: number,
  bytes: Buffer,
  start: number,
  end: number,
) => void;

export interface FrameReader {
  /** Any cut of the bytes. Throws what ends the connection. */
  feed(chunk: Buffer): void;
  /** Nothing more is read, not even of the chunk at hand. */
  stop(): void;
}

/** `client`: its preface comes first (RFC 9113 section 3.4). */
export function createFrameReader(client: boolean, take: TakeFrame): FrameReader {
  let greeting = client ? preface : '';
  let stopped = false;
  // A frame that is not whole yet: its header, and then all of it, since no frame is longer than this.
  let held: Buffer | null = null;
  let have = 0;

  const greet = (chunk: Buffer): number => {
    const length = Math.min(greeting.length, chunk.length);
    if (chunk.toString('latin1', 0, length) !== greeting.slice(0, length)) {
      throw new ConnectionError(code.protocolError, 'not the preface of HTTP/2');
    }
    greeting = greeting.slice(length);
    return length;
  };

  const lengthAt = (bytes: Buffer, at: number): number => {
    const length = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    if (length > frameBytes)
      throw new ConnectionError(code.frameSizeError, 'a frame longer than was allowed');
    return length;
  };

  const tell = (bytes: Buffer, at: number, end: number): void => {
    const stream =
      (((bytes[at + 5] ?? 0) & 127) << 24) |
      ((bytes[at + 6] ?? 0) << 16) |
      ((bytes[at + 7] ?? 0) << 8) |
      (bytes[at + 8] ?? 0);
    take(bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, stream, bytes, at + frameHeaderBytes, end);
  };

  /** Goes on with the frame that is held; returns how much of the chunk is its. */
  const complete = (chunk: Buffer, from: number): number => {
    let at = from;
    const fill = (bytes: Buffer, until: number) => {
      const taken = chunk.copy(bytes, have, at, Math.min(chunk.length, at + until - have));
      have += taken;
      at += taken;
      return have === until;
    };
    if (held === null) return at;
    if (have < frameHeaderBytes) {
      if (!fill(held, frameHeaderBytes)) return at;
      const whole = Buffer.allocUnsafe(frameHeaderBytes + lengthAt(held, 0));
      held.copy(whole, 0, 0, frameHeaderBytes);
      held = whole;
    }
    if (!fill(held, held.length)) return at;
    const whole = held;
    held = null;
    have = 0;
    tell(whole, 0, whole.length);
    return at;
  };

  return {
    feed(chunk) {
      let at = greeting === '' ? 0 : greet(chunk);
      if (held !== null) at = complete(chunk, at);
      while (!stopped && chunk.length - at >= frameHeaderBytes) {
        const end = at + frameHeaderBytes + lengthAt(chunk, at);
        if (end > chunk.length) break;
        tell(chunk, at, end);
        at = end;
      }
      if (stopped || at >= chunk.length) return;
      // What is left begins a frame; `complete` takes it from its header on.
      held = Buffer.allocUnsafe(frameHeaderBytes);
      complete(chunk, at);
    },
    stop: () => void (stopped = true),
  };
}
