/** Time, as whoever schedules needs it. Tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs once after a delay; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Timers do not keep a program alive: its listener does. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
