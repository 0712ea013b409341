/** So much time to send in, counted from when sending began. */
export interface TimeLimit {
  /** Sending begins; 0: without a limit. */
  start(limitMs: number): void;
  /** Another limit for what is under way. */
  change(limitMs: number): void;
  stop(): void;
  /** Null where nothing ends. */
  leftMs(): number | null;
}

export function createTimeLimit(clock: () => number, ended: () => void): TimeLimit {
  let timer: NodeJS.Timeout | undefined;
  let began: number | null = null;
  let endsAt: number | null = null;

  const set = (limitMs: number): void => {
    clearTimeout(timer);
    endsAt = began === null || limitMs === 0 ? null : began + limitMs;
    if (endsAt !== null) timer = setTimeout(ended, Math.max(0, endsAt - clock()));
  };
  return {
    start(limitMs) {
      began = clock();
      set(limitMs);
    },
    change: set,
    stop() {
      began = null;
      set(0);
    },
    leftMs: () => (endsAt === null ? null : Math.max(0, endsAt - clock())),
  };
}
