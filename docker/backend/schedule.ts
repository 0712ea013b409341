import type { FaultScope } from '../protocol/backend.ts';

/** On at a time, off after another, and again; at once and for good without a schedule. Returns how to stop. */
export function runSchedule(schedule: FaultScope['schedule'], on: () => void, off: () => void): () => void {
  if (schedule === null) {
    on();
    return () => undefined;
  }
  const { atMs, forMs, everyMs } = schedule;
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number, then: () => void) => (timer = setTimeout(then, ms));
  const begin = () => {
    on();
    if (forMs > 0) wait(forMs, end);
  };
  const end = () => {
    off();
    if (everyMs > 0) wait(everyMs - forMs, begin);
  };
  if (atMs === 0) begin();
  else wait(atMs, begin);
  return () => clearTimeout(timer);
}
