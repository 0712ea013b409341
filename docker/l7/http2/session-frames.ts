//  frame --> [may it be, and how long] --> stream or connection
import { code, firstWindow, flag, frameType, largestWindow } from './codes.ts';
import { ConnectionError } from './connection-error.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { TakeFrame } from './frame-reader.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Outlet } from './outlet.ts';
import { readSettings } from './peer-settings.ts';
import type { PeerSettings } from './peer-settings.ts';

/** What becomes of the frames that are a stream's. */
export interface Streams {
  /** A header block has begun and is not over: nothing but this stream's CONTINUATION may follow. */
  readonly inBlock: number | null;
  /** `start` is past the padding's length and the priority, `end` before the padding. */
  headers(flags: number, id: number, bytes: Buffer, start: number, end: number): void;
  continuation(flags: number, id: number, bytes: Buffer, start: number, end: number): void;
  /** `size` counts the padding too. */
  data(flags: number, id: number, piece: Buffer, size: number): void;
  reset(id: number, code: number): void;
  credit(id: number, bytes: number): void;
  /** An error of one stream, where it is open; else of the connection. */
  fault(id: number, code: number, reason: string): void;
}

export interface SessionFramesDeps {
  readonly peer: 'client' | 'target';
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
  readonly guard: FloodGuard;
  readonly streams: Streams;
  /** What the peer may send on all streams before it hears of more. */
  readonly window: number;
  /** Its first SETTINGS are here. */
  greeted(): void;
  /** Those, before that, and all others. */
  settings?(said: PeerSettings): void;
  /** A header block goes on in another frame, and is over. */
  blockBegins(): void;
  blockEnds(): void;
  pong(said: Buffer): void;
  /** It looks at none of our streams above the last. */
  goaway(last: number): void;
}

/** A window opened by less than this is not worth its frame. */
const leastCredit = 64;

/** Each frame of a peer (RFC 9113 section 6): its own rules, and what it is for. */
export function createSessionFrames(deps: SessionFramesDeps): TakeFrame {
  const { writer, outlet, guard, streams } = deps;
  let greeted = false;
  // Opened wide with the first body: most connections of clients see none, and some are told of nothing before their SETTINGS' answer.
  let window = firstWindow;

  const idle = () => {
    if (!guard.idle()) throw new ConnectionError(code.enhanceYourCalm, 'too many frames for nothing');
  };

  /** Where the content ends before its padding; `from` is past the padding's length. */
  const unpadded = (flags: number, bytes: Buffer, start: number, from: number, end: number): number => {
    const to = (flags & flag.padded) === 0 ? end : end - (bytes[start] ?? 0);
    if (from > to) throw new ConnectionError(code.protocolError, 'more padding than there is');
    return to;
  };

  const data = (flags: number, id: number, bytes: Buffer, start: number, end: number) => {
    if (id === 0) throw onStream0('DATA');
    const size = end - start;
    window -= size;
    if (window < 0) throw new ConnectionError(code.flowControlError, 'more DATA than the window allows');
    // Given back before anybody has read it: each stream's own window bounds what waits.
    if (window < deps.window / 2) {
      writer.words(frameType.windowUpdate, 0, 0, deps.window - window);
      ({ window } = deps);
    }
    const from = (flags & flag.padded) === 0 ? start : start + 1;
    const to = unpadded(flags, bytes, start, from, end);
    if (to > from) guard.useful();
    else if ((flags & flag.endStream) === 0) idle();
    streams.data(flags, id, bytes.subarray(from, to), size);
  };

  const headers = (flags: number, id: number, bytes: Buffer, start: number, end: number) => {
    if (id === 0) throw onStream0('HEADERS');
    let from = (flags & flag.padded) === 0 ? start : start + 1;
    const prioritised = (flags & flag.priority) !== 0;
    const at = from;
    if (prioritised) from += 5;
    if (from > end) throw new ConnectionError(code.frameSizeError, 'HEADERS cut short');
    const to = unpadded(flags, bytes, start, from, end);
    if (prioritised && dependsOn(bytes, at) === id) throw underItself();
    streams.headers(flags, id, bytes, from, to);
    if (streams.inBlock !== null) deps.blockBegins();
  };

  const priority = (id: number, bytes: Buffer, start: number, end: number) => {
    if (id === 0) throw onStream0('PRIORITY');
    idle();
    // Nobody's order is kept any more (RFC 9113 section 5.3.2), but what is nonsense still is.
    if (end - start !== 5) streams.fault(id, code.frameSizeError, 'PRIORITY has five bytes');
    else if (dependsOn(bytes, start) === id) throw underItself();
  };

  const settings = (flags: number, id: number, bytes: Buffer, start: number, end: number) => {
    if (id !== 0) throw onAStream('SETTINGS');
    if ((flags & flag.ack) !== 0) {
      if (end > start) throw new ConnectionError(code.frameSizeError, 'SETTINGS acknowledged with content');
      return;
    }
    if (greeted) idle();
    const said = readSettings(bytes, start, end, deps.peer);
    const { tableBytes, initialWindow } = said;
    if (tableBytes !== undefined) writer.tableLimit(tableBytes);
    if (initialWindow !== undefined && !outlet.initialWindow(initialWindow))
      throw new ConnectionError(code.flowControlError, 'a window pushed beyond its bound');
    writer.words(frameType.settings, flag.ack, 0);
    deps.settings?.(said);
    if (greeted) return;
    greeted = true;
    deps.greeted();
  };

  const ping = (flags: number, id: number, bytes: Buffer, start: number, end: number) => {
    if (id !== 0) throw onAStream('PING');
    if (end - start !== 8) throw new ConnectionError(code.frameSizeError, 'PING has eight bytes');
    if ((flags & flag.ack) !== 0) {
      deps.pong(bytes.subarray(start, end));
      return;
    }
    idle();
    writer.bytes(frameType.ping, flag.ack, 0, bytes, start, end);
  };

  const windowUpdate = (id: number, bytes: Buffer, start: number, end: number) => {
    if (end - start !== 4) throw new ConnectionError(code.frameSizeError, 'WINDOW_UPDATE has four bytes');
    const more = bytes.readUInt32BE(start) & 0x7fffffff;
    if (more === 0) {
      if (id === 0) throw new ConnectionError(code.protocolError, 'WINDOW_UPDATE of nothing');
      streams.fault(id, code.protocolError, 'WINDOW_UPDATE of nothing');
      return;
    }
    if (more < leastCredit) idle();
    if (id > 0) streams.credit(id, more);
    else if (!outlet.credit(more))
      throw new ConnectionError(code.flowControlError, 'a window beyond its bound');
  };

  return (type, flags, id, bytes, start, end) => {
    if (!greeted && (type !== frameType.settings || (flags & flag.ack) !== 0))
      throw new ConnectionError(code.protocolError, 'SETTINGS come first');
    const { inBlock } = streams;
    if (inBlock !== null && (type !== frameType.continuation || id !== inBlock))
      throw new ConnectionError(code.protocolError, 'a header block is broken off');
    switch (type) {
      case frameType.data:
        data(flags, id, bytes, start, end);
        break;
      case frameType.headers:
        headers(flags, id, bytes, start, end);
        break;
      case frameType.priority:
        priority(id, bytes, start, end);
        break;
      case frameType.rstStream:
        if (id === 0) throw onStream0('RST_STREAM');
        if (end - start !== 4) throw new ConnectionError(code.frameSizeError, 'RST_STREAM has four bytes');
        streams.reset(id, bytes.readUInt32BE(start));
        break;
      case frameType.settings:
        settings(flags, id, bytes, start, end);
        break;
      case frameType.pushPromise:
        throw new ConnectionError(code.protocolError, 'PUSH_PROMISE, which nobody may send us');
      case frameType.ping:
        ping(flags, id, bytes, start, end);
        break;
      case frameType.goaway:
        if (id !== 0) throw onAStream('GOAWAY');
        if (end - start < 8) throw new ConnectionError(code.frameSizeError, 'GOAWAY cut short');
        deps.goaway(bytes.readUInt32BE(start) & largestWindow);
        break;
      case frameType.windowUpdate:
        windowUpdate(id, bytes, start, end);
        break;
      case frameType.continuation:
        streams.continuation(flags, id, bytes, start, end);
        if (streams.inBlock === null) deps.blockEnds();
        break;
      default:
        // What nobody knows is nothing (section 4.1), but not for ever.
        idle();
    }
  };
}

function dependsOn(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) & 0x7fffffff;
}

function underItself(): ConnectionError {
  return new ConnectionError(code.protocolError, 'a stream that depends on itself');
}

function onStream0(what: string): ConnectionError {
  return new ConnectionError(code.protocolError, `${what} of the connection`);
}

function onAStream(what: string): ConnectionError {
  return new ConnectionError(code.protocolError, `${what} of a stream`);
}
