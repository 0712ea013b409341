import { begin } from './arrivals/arrivals.ts';
import type { Arrivals } from './arrivals/arrivals.ts';
import type { ArrivalSettings } from './arrivals/pattern.ts';

/**
 * arrivals --intended time <= now--> fire(intended)      one timer for all; late ones are caught up, none is skipped
 *
 * Requests leave by this schedule whether or not earlier ones were answered (open loop), so a slow server cannot slow
 * the load that measures it.
 */
export interface Schedule {
  start(settings: ArrivalSettings): void;
  /** Other settings from now on; where the pattern allows, without a seam. */
  change(settings: ArrivalSettings): void;
  stop(): void;
}

/** Between two slices of a catch-up, answers are read; otherwise they would look late although the client was. */
const sliceSize = 256;

/** The longest sleep, so that a changed system clock or a paused process is noticed within it. */
const longestSleepMs = 1000;

export function createSchedule(
  clock: () => number,
  fire: (intendedMs: number, nowMs: number) => void,
  /** Nothing is coming: a rate of nought, or a replay at its end. */
  idle: () => void,
): Schedule {
  let arrivals: Arrivals | null = null;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  const turn = () => {
    for (let fired = 0; fired < sliceSize; fired++) {
      const now = clock();
      // Asked again each time: `fire` may stop or change the schedule.
      if (arrivals === null || arrivals.peek() > now) {
        sleep(now);
        return;
      }
      fire(arrivals.take(), now);
    }
    immediate = setImmediate(turn);
  };

  const sleep = (now: number) => {
    if (arrivals === null) return;
    const due = arrivals.peek();
    if (due === Infinity) {
      idle();
      return;
    }
    timer = setTimeout(turn, Math.min(longestSleepMs, Math.max(1, Math.floor(due - now))));
  };

  const cancel = () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };

  return {
    start(settings) {
      cancel();
      arrivals = begin(settings, clock());
      turn();
    },
    change(settings) {
      if (arrivals === null) return;
      cancel();
      const now = clock();
      arrivals = arrivals.goOn(settings, now) ?? begin(settings, now);
      turn();
    },
    stop() {
      cancel();
      arrivals = null;
    },
  };
}
