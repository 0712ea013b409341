/**
 * A time-out that is set anew with every request. Making and clearing one of Node's timers costs as much as parsing a
 * small head; this one lets its timer be while the time moves on, and when it rings too early it sleeps again.
 */
export class Deadline {
  private timer: NodeJS.Timeout | null = null;
  private rings = Infinity;
  private due = Infinity;
  private ms = 0;
  private then: (() => void) | null = null;

  /** From now on, in the place of what was set before. `now` from whoever knows it: asking takes as long as all the rest. */
  set(ms: number, then: () => void, now = performance.now()): void {
    this.ms = ms;
    this.then = then;
    this.due = now + ms;
    if (this.timer === null || this.due < this.rings) this.arm(ms);
  }

  /** The same time again, from now on; nothing where nothing is set. */
  refresh(now = performance.now()): void {
    if (this.then !== null) this.due = now + this.ms;
  }

  clear(): void {
    this.then = null;
  }

  /** Cleared, and its timer, too: for good. */
  stop(): void {
    this.then = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private arm(left: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.rings = performance.now() + left;
    // A timer does not keep a program alive: its sockets do.
    this.timer = setTimeout(ring, left, this).unref();
  }

  ring(): void {
    this.timer = null;
    const { then } = this;
    if (then === null) return;
    const left = this.due - performance.now();
    // Node's timers may be early by less than a millisecond.
    if (left >= 1) {
      this.arm(left);
      return;
    }
    this.then = null;
    then();
  }
}

function ring(deadline: Deadline): void {
  deadline.ring();
}

const free: Deadline[] = [];
/** More than this at rest are let go of. */
const mostFree = 1024;

/** One that was used before, if there is any. */
export function takeDeadline(): Deadline {
  return free.pop() ?? new Deadline();
}

/** Nobody may use it after this. */
export function giveBack(deadline: Deadline): void {
  deadline.clear();
  if (free.length < mostFree) free.push(deadline);
  else deadline.stop();
}
