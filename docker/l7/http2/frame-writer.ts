//  frames of one turn of the event loop --> [one buffer] --> one write
import type { Socket } from 'node:net';
import { flag, frameBytes, frameHeaderBytes, frameType } from './codes.ts';
import { blockRoom, createEncoder, fieldRoom } from './hpack/encoder.ts';
import { giveBuffer, growBuffer, takeBuffer } from './write-buffers.ts';

export type OutFields = readonly (readonly [name: string, value: string])[];

export interface FrameWriter {
  /** Enough is waiting already: no more DATA until `onRoom`. */
  readonly full: boolean;
  /** Bytes that the peer has not taken. */
  readonly unread: number;
  /** A frame whose payload is made of these numbers of four bytes each. */
  words(type: number, flags: number, stream: number, ...words: readonly number[]): void;
  /** A frame with this payload, which is copied. */
  bytes(type: number, flags: number, stream: number, payload: Buffer, start: number, end: number): void;
  /** A header block in as many frames as it needs; names are in lower case. */
  headers(stream: number, fields: OutFields, endStream: boolean): void;
  /** The last DATA frame of this stream becomes its last of all; false where it is on its way already. */
  endLastData(stream: number): boolean;
  tableLimit(bytes: number): void;
  /** Called before the next write: for what waits to see whether more comes. */
  beforeFlush(what: () => void): void;
  /** What was written so far is the kernel's now; or the connection is gone, and it never will be. */
  whenFlushed(then: (flushed: boolean) => void): void;
  flush(): void;
  /** The connection is gone. */
  drop(): void;
}

export interface FrameWriterDeps {
  onRoom(): void;
}

/** So much is waiting within one turn before it is written at once. */
const mostPending = 65_536;

const dirty: (() => void)[] = [];
/** All frames of one turn, of whichever connection, are written when its reading is done. */
function soon(flush: () => void): void {
  if (dirty.push(flush) === 1) setImmediate(flushAll);
}
function flushAll(): void {
  for (const flush of dirty.splice(0)) flush();
}

export function createFrameWriter(socket: Socket, { onRoom }: FrameWriterDeps): FrameWriter {
  const encoder = createEncoder();
  let buffer: Buffer | null = null;
  let at = 0;
  let retired: Buffer[] = [];
  let pending = 0;
  let scheduled = false;
  let congested = false;
  let gone = false;
  let before: (() => void)[] = [];
  let after: ((flushed: boolean) => void)[] = [];
  // Where the flags of the last DATA frame are, as long as nothing of it is written.
  let dataStream = 0;
  let dataIn: Buffer | null = null;
  let dataFlags = 0;

  const want = () => {
    if (scheduled || gone) return;
    scheduled = true;
    soon(flush);
  };

  /** A buffer with room for so many bytes at `at`. */
  const room = (bytes: number): Buffer => {
    want();
    if (buffer !== null && buffer.length - at >= bytes) return buffer;
    const grown = buffer === null ? null : growBuffer(buffer, at, bytes);
    if (grown !== null) {
      if (dataIn === buffer) dataIn = grown;
      return (buffer = grown);
    }
    const next = takeBuffer(bytes, buffer !== null || retired.length > 0);
    if (buffer !== null) retire(buffer);
    at = 0;
    buffer = next;
    return next;
  };

  const retire = (one: Buffer) => void retired.push(one.subarray(0, at));

  const header = (into: Buffer, length: number, type: number, flags: number, stream: number) => {
    into[at] = length >>> 16;
    into[at + 1] = length >>> 8;
    into[at + 2] = length;
    into[at + 3] = type;
    into[at + 4] = flags;
    putWord(into, at + 5, stream);
    at += frameHeaderBytes;
    pending += frameHeaderBytes + length;
  };

  const payload = (
    type: number,
    flags: number,
    stream: number,
    bytes: Buffer,
    start: number,
    end: number,
  ) => {
    const into = room(frameHeaderBytes + end - start);
    if (type === frameType.data) {
      dataStream = stream;
      dataIn = into;
      dataFlags = at + 4;
    }
    header(into, end - start, type, flags, stream);
    at += bytes.copy(into, at, start, end);
  };

  const inPieces = (stream: number, block: Buffer, endStream: boolean) => {
    for (let from = 0; from < block.length || from === 0; from += frameBytes) {
      const to = Math.min(from + frameBytes, block.length);
      const flags =
        (to === block.length ? flag.endHeaders : 0) | (endStream && from === 0 ? flag.endStream : 0);
      payload(from === 0 ? frameType.headers : frameType.continuation, flags, stream, block, from, to);
    }
  };

  const settle = (flushed: boolean) => {
    const told = after;
    after = [];
    for (const then of told) then(flushed);
  };

  const send = (): void => {
    const last = buffer;
    if (last !== null && at > 0) retire(last);
    buffer = null;
    const all = retired;
    retired = [];
    at = 0;
    pending = 0;
    dataIn = null;
    if (all.length === 0) return;
    if (all.length > 1) socket.cork();
    let left = all.length;
    const done = () => {
      left -= 1;
      if (left > 0) return;
      for (const one of all) giveBuffer(one);
    };
    for (const one of all) socket.write(one, done);
    if (all.length > 1) socket.uncork();
    // A write as large as the high-water mark asks for a drain even when the kernel took all of it.
    congested = socket.writableNeedDrain && socket.writableLength > 0;
  };

  const flush = (): void => {
    if (gone) return;
    const first = before;
    before = [];
    for (const what of first) what();
    scheduled = false;
    send();
    if (after.length === 0) return;
    if (socket.writableLength === 0) settle(true);
    else {
      const told = after;
      after = [];
      socket.write('', (error) => {
        for (const then of told) then(error == null);
      });
    }
  };

  socket.on('drain', () => {
    if (!congested || gone) return;
    congested = false;
    onRoom();
  });

  return {
    get full() {
      return congested || gone;
    },
    get unread() {
      return socket.writableLength + pending;
    },
    words(type, flags, stream, ...words) {
      const into = room(frameHeaderBytes + words.length * 4);
      header(into, words.length * 4, type, flags, stream);
      for (const word of words) {
        putWord(into, at, word);
        at += 4;
      }
    },
    bytes(type, flags, stream, bytes, start, end) {
      payload(type, flags, stream, bytes, start, end);
      if (pending >= mostPending) send();
    },
    headers(stream, fields, endStream) {
      let bound = blockRoom;
      for (const [name, value] of fields) bound += fieldRoom(name, value);
      if (bound > frameBytes) {
        const block = Buffer.allocUnsafe(bound);
        inPieces(stream, block.subarray(0, encode(fields, block, 0)), endStream);
        return;
      }
      const into = room(frameHeaderBytes + bound);
      const start = at;
      const end = encode(fields, into, start + frameHeaderBytes);
      const flags = flag.endHeaders | (endStream ? flag.endStream : 0);
      header(into, end - start - frameHeaderBytes, frameType.headers, flags, stream);
      at = end;
    },
    endLastData(stream) {
      if (dataIn === null || dataStream !== stream) return false;
      dataIn[dataFlags] = flag.endStream;
      dataIn = null;
      return true;
    },
    tableLimit: (bytes) => encoder.limit(bytes),
    beforeFlush(what) {
      before.push(what);
      want();
    },
    whenFlushed(then) {
      after.push(then);
      want();
    },
    flush,
    drop() {
      gone = true;
      buffer = null;
      retired = [];
      before = [];
      settle(false);
    },
  };

  function encode(fields: OutFields, into: Buffer, start: number): number {
    let next = encoder.begin(into, start);
    for (const [name, value] of fields) next = encoder.field(name, value, into, next);
    return next;
  }
}

function putWord(into: Buffer, at: number, word: number): void {
  into[at] = word >>> 24;
  into[at + 1] = word >>> 16;
  into[at + 2] = word >>> 8;
  into[at + 3] = word;
}
