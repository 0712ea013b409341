//  pieces of answers --> [window of the stream > of the connection > room on the socket] --> DATA
import { giveBack, takeDeadline } from '../deadline.ts';
import type { Deadline } from '../deadline.ts';
import { firstWindow, flag, frameBytes, frameType, largestWindow } from './codes.ts';
import type { FrameWriter, OutFields } from './frame-writer.ts';

/** One stream's way out. */
export interface Lane {
  /** False: it waits, for `wake`. What the windows allow is copied at once, the rest is kept. */
  write(chunk: Buffer): boolean;
  /** END_STREAM, with trailers or without, once everything before it is written. */
  end(trailers: OutFields): void;
  /** Nothing of what was written is kept. */
  empty(): boolean;
  /** False: beyond what a window may be (RFC 9113 section 6.9.1). */
  credit(bytes: number): boolean;
  /** Drops what is kept. */
  close(): void;
}

/** And its place among those who wait. */
interface Turn extends Lane {
  /** Changes the window, without using it. */
  move(bytes: number): boolean;
  /** Sends at most a frame; false: it could do nothing. */
  take(): boolean;
}

export interface LaneDeps {
  readonly id: number;
  /** There is room again. */
  wake(): void;
  /** END_STREAM is written. */
  ended(): void;
}

/** What a peer lets a connection send (RFC 9113 section 5.2): those who wait take turns, a frame each. */
export interface Outlet {
  lane(deps: LaneDeps): Lane;
  credit(bytes: number): boolean;
  /** The window of new streams; false: it takes one that is open beyond its bound. */
  initialWindow(bytes: number): boolean;
  /** The socket, or the connection's window, has room. */
  resume(): void;
  close(): void;
}

interface OutletDeps {
  readonly writer: FrameWriter;
  /** How long all who wait may wait without one byte being taken; left out where others see to that. */
  readonly stall?: { ms(): number; then(): void };
}

const none = Buffer.alloc(0);

export function createOutlet({ writer, stall: limit }: OutletDeps): Outlet {
  let window = firstWindow;
  let initial = firstWindow;
  const lanes = new Set<Turn>();
  const waiting = new Set<Turn>();
  let stall: Deadline | null = null;

  const wait = (turn: Turn) => {
    waiting.add(turn);
    if (stall !== null || limit === undefined) return;
    stall = takeDeadline();
    stall.set(limit.ms(), limit.then);
  };
  const leave = (turn: Turn) => {
    if (!waiting.delete(turn) || waiting.size > 0 || stall === null) return;
    giveBack(stall);
    stall = null;
  };

  const lane = ({ id, wake, ended }: LaneDeps): Lane => {
    let own = initial;
    let kept: Buffer[] = [];
    let trailers: OutFields | null = null;

    /** How much of the piece went out; at most one frame where others wait too. */
    const send = (piece: Buffer, fair: boolean): number => {
      let sent = 0;
      while (sent < piece.length && !writer.full) {
        const size = Math.min(piece.length - sent, frameBytes, own, window);
        if (size <= 0) break;
        writer.bytes(frameType.data, 0, id, piece, sent, sent + size);
        own -= size;
        window -= size;
        sent += size;
        if (fair) break;
      }
      if (sent > 0) stall?.refresh();
      return sent;
    };

    const finish = (last: OutFields) => {
      lanes.delete(turn);
      leave(turn);
      if (last.length > 0) writer.headers(id, last, true);
      else if (!writer.endLastData(id)) writer.bytes(frameType.data, flag.endStream, id, none, 0, 0);
      ended();
    };

    const turn: Turn = {
      take() {
        const [first] = kept;
        let sent = 0;
        if (first !== undefined) {
          sent = send(first, true);
          if (sent < first.length) kept[0] = first.subarray(sent);
          else kept.shift();
        }
        if (kept.length > 0) return sent > 0;
        if (trailers !== null) finish(trailers);
        else if (!writer.full) {
          leave(turn);
          wake();
        }
        return sent > 0;
      },
      move(bytes) {
        if (own + bytes > largestWindow) return false;
        own += bytes;
        return true;
      },
      write(chunk) {
        const sent = kept.length === 0 ? send(chunk, false) : 0;
        if (sent < chunk.length) kept.push(chunk.subarray(sent));
        else if (!writer.full) return true;
        wait(turn);
        return false;
      },
      end(last) {
        if (kept.length === 0) finish(last);
        else trailers = last;
      },
      empty: () => kept.length === 0,
      credit(bytes) {
        if (!turn.move(bytes)) return false;
        while (waiting.has(turn) && turn.take());
        return true;
      },
      close() {
        kept = [];
        lanes.delete(turn);
        leave(turn);
      },
    };
    lanes.add(turn);
    return turn;
  };

  const resume = () => {
    for (let moved = true; moved && !writer.full;) {
      moved = false;
      for (const turn of [...waiting]) if (waiting.has(turn) && turn.take()) moved = true;
    }
  };

  return {
    lane,
    credit(bytes) {
      if (window + bytes > largestWindow) return false;
      window += bytes;
      resume();
      return true;
    },
    initialWindow(bytes) {
      const change = bytes - initial;
      initial = bytes;
      for (const turn of lanes) if (!turn.move(change)) return false;
      resume();
      return true;
    },
    resume,
    close() {
      lanes.clear();
      for (const turn of [...waiting]) leave(turn);
    },
  };
}
