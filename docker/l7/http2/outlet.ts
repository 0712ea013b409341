//  lanes --> [whose turn, a frame each] --> frame writer        as far as the connection's window goes
import { giveBack, takeDeadline } from '../deadline.ts';
import type { Deadline } from '../deadline.ts';
import { firstWindow, largestWindow } from './codes.ts';
import type { FrameWriter } from './frame-writer.ts';
import { Lane } from './lane.ts';
import type { LaneOwner } from './lane.ts';

interface OutletDeps {
  readonly writer: FrameWriter;
  /** How long all who wait may wait without one byte being taken; left out where others see to that. */
  readonly stall?: { ms(): number; then(): void };
}

/** What a peer lets a connection send (RFC 9113 section 5.2): those who wait take turns, a frame each. */
export class Outlet {
  readonly writer: FrameWriter;
  /** Of the connection; its lanes use it up. */
  window = firstWindow;
  private readonly limit: OutletDeps['stall'];
  private initial = firstWindow;
  private readonly lanes = new Set<Lane>();
  private readonly waiting = new Set<Lane>();
  private stall: Deadline | null = null;

  constructor({ writer, stall }: OutletDeps) {
    this.writer = writer;
    this.limit = stall;
  }

  lane(owner: LaneOwner): Lane {
    const lane = new Lane(this, this.initial, owner);
    this.lanes.add(lane);
    return lane;
  }

  credit(bytes: number): boolean {
    if (this.window + bytes > largestWindow) return false;
    this.window += bytes;
    this.resume();
    return true;
  }

  /** The window of new streams; false: it takes one that is open beyond its bound. */
  initialWindow(bytes: number): boolean {
    const change = bytes - this.initial;
    this.initial = bytes;
    for (const lane of this.lanes) if (!lane.move(change)) return false;
    this.resume();
    return true;
  }

  /** The socket, or the connection's window, has room. */
  resume(): void {
    const { waiting, writer } = this;
    if (waiting.size === 0) return;
    for (let moved = true; moved && !writer.full;) {
      moved = false;
      for (const lane of [...waiting]) if (waiting.has(lane) && lane.take()) moved = true;
    }
  }

  close(): void {
    this.lanes.clear();
    for (const lane of [...this.waiting]) this.rest(lane);
  }

  wait(lane: Lane): void {
    this.waiting.add(lane);
    if (this.stall !== null || this.limit === undefined) return;
    this.stall = takeDeadline();
    this.stall.set(this.limit.ms(), this.limit.then);
  }

  awaits(lane: Lane): boolean {
    return this.waiting.has(lane);
  }

  /** It waits no more. */
  rest(lane: Lane): void {
    if (!this.waiting.delete(lane) || this.waiting.size > 0 || this.stall === null) return;
    giveBack(this.stall);
    this.stall = null;
  }

  /** It is none of the connection's any more. */
  leave(lane: Lane): void {
    this.lanes.delete(lane);
    this.rest(lane);
  }

  /** Bytes were taken: those who wait do not wait in vain. */
  sent(): void {
    this.stall?.refresh();
  }
}
