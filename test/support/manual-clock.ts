import type { Clock } from '../../docker/balancing/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on, running what falls due in order; what it starts may settle in between. */
  advance(ms: number): Promise<void>;
}

export function manualClock(startAt = 1_000_000): ManualClock {
  const timers = new Map<number, { at: number; run: () => void }>();
  let now = startAt;
  let last = 0;
  return {
    now: () => now,
    after(ms, run) {
      last += 1;
      const id = last;
      timers.set(id, { at: now + ms, run });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settled();
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
        if (due === undefined) break;
        const [id, timer] = due;
        timers.delete(id);
        now = Math.max(now, timer.at);
        timer.run();
      }
      now = end;
      await settled();
    },
  };
}

/** Lets promises that are ready run their course. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
