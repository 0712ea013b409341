//  pieces of a body --> [window of the stream > of the connection > room on the socket] --> DATA
import { flag, frameBytes, frameType, largestWindow } from './codes.ts';
import type { OutFields } from './frame-writer.ts';
import type { Outlet } from './outlet.ts';

/** Whose lane it is. */
export interface LaneOwner {
  readonly id: number;
  /** There is room again. */
  wake(): void;
  /** END_STREAM is written. */
  ended(): void;
}

const none = Buffer.alloc(0);

/** One stream's way out. An object with methods: one is made for each request. */
export class Lane {
  private readonly outlet: Outlet;
  private readonly owner: LaneOwner;
  private window: number;
  /** A list only while there is something in it. */
  private kept: Buffer[] | null = null;
  private trailers: OutFields | null = null;

  constructor(outlet: Outlet, window: number, owner: LaneOwner) {
    this.outlet = outlet;
    this.window = window;
    this.owner = owner;
  }

  /** False: it waits, for `wake`. What the windows allow is copied at once, the rest is kept. */
  write(chunk: Buffer): boolean {
    const sent = this.kept === null ? this.send(chunk, false) : 0;
    if (sent < chunk.length) (this.kept ??= []).push(chunk.subarray(sent));
    else if (!this.outlet.writer.full) return true;
    this.outlet.wait(this);
    return false;
  }

  /** END_STREAM, with trailers or without, once everything before it is written. */
  end(last: OutFields): void {
    if (this.kept === null) this.finish(last);
    else this.trailers = last;
  }

  /** Nothing of what was written is kept. */
  empty(): boolean {
    return this.kept === null;
  }

  /** False: beyond what a window may be (RFC 9113 section 6.9.1). */
  credit(bytes: number): boolean {
    if (!this.move(bytes)) return false;
    while (this.outlet.awaits(this) && this.take());
    return true;
  }

  /** Drops what is kept. */
  close(): void {
    this.kept = null;
    this.outlet.leave(this);
  }

  /** Changes the window, without using it. */
  move(bytes: number): boolean {
    if (this.window + bytes > largestWindow) return false;
    this.window += bytes;
    return true;
  }

  /** Its turn: sends at most a frame; false: it could do nothing. */
  take(): boolean {
    const sent = this.kept === null ? 0 : this.takeFrom(this.kept);
    if (this.kept !== null) return sent > 0;
    if (this.trailers !== null) this.finish(this.trailers);
    else if (!this.outlet.writer.full) {
      this.outlet.rest(this);
      this.owner.wake();
    }
    return sent > 0;
  }

  private takeFrom(kept: Buffer[]): number {
    const [first = none] = kept;
    const sent = this.send(first, true);
    if (sent < first.length) kept[0] = first.subarray(sent);
    else if (kept.length > 1) kept.shift();
    else this.kept = null;
    return sent;
  }

  /** How much of the piece went out; at most one frame where others wait too. */
  private send(piece: Buffer, fair: boolean): number {
    const { outlet, owner } = this;
    const { writer } = outlet;
    let sent = 0;
    while (sent < piece.length && !writer.full) {
      const size = Math.min(piece.length - sent, frameBytes, this.window, outlet.window);
      if (size <= 0) break;
      writer.bytes(frameType.data, 0, owner.id, piece, sent, sent + size);
      this.window -= size;
      outlet.window -= size;
      sent += size;
      if (fair) break;
    }
    if (sent > 0) outlet.sent();
    return sent;
  }

  private finish(last: OutFields): void {
    const { outlet, owner } = this;
    const { writer } = outlet;
    outlet.leave(this);
    if (last.length > 0) writer.headers(owner.id, last, true);
    else if (!writer.endLastData(owner.id))
      writer.bytes(frameType.data, flag.endStream, owner.id, none, 0, 0);
    owner.ended();
  }
}
