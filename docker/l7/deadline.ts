/**
 * A time-out that is set anew with every request. Making and clearing one of Node's timers costs as much as parsing a
 * small head; this one lets its timer be while the time moves on, and when it rings too early it sleeps again.
 */
export interface Deadline {
  /** From now on, in the place of what was set before. */
  set(ms: number, then: () => void): void;
  /** The same time again, from now on; nothing where nothing is set. */
  refresh(): void;
  clear(): void;
  /** Cleared, and its timer, too: for good. */
  stop(): void;
}

export function createDeadline(): Deadline {
  let timer: NodeJS.Timeout | null = null;
  let rings = Infinity;
  let due = Infinity;
  let ms = 0;
  let then: (() => void) | null = null;

  const arm = (left: number) => {
    if (timer !== null) clearTimeout(timer);
    rings = performance.now() + left;
    // A timer does not keep a program alive: its sockets do.
    timer = setTimeout(ring, left).unref();
  };

  const ring = () => {
    timer = null;
    if (then === null) return;
    const left = due - performance.now();
    // Node's timers may be early by less than a millisecond.
    if (left >= 1) {
      arm(left);
      return;
    }
    const run = then;
    then = null;
    run();
  };

  return {
    set(nextMs, next) {
      ms = nextMs;
      then = next;
      due = performance.now() + ms;
      if (timer === null || due < rings) arm(ms);
    },
    refresh() {
      if (then !== null) due = performance.now() + ms;
    },
    clear() {
      then = null;
    },
    stop() {
      then = null;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

const free: Deadline[] = [];
/** More than this at rest are let go of. */
const mostFree = 1024;

/** One that was used before, if there is any. */
export function takeDeadline(): Deadline {
  return free.pop() ?? createDeadline();
}

/** Nobody may use it after this. */
export function giveBack(deadline: Deadline): void {
  deadline.clear();
  if (free.length < mostFree) free.push(deadline);
  else deadline.stop();
}
