import type { Arrivals } from './arrivals.ts';

/** A recorded list of arrival times, in ms from the start; once through, then nothing. */
export function replay(recordedMs: readonly number[], beginMs: number): Arrivals {
  const times = recordedMs.toSorted((a, b) => a - b);
  let index = 0;
  const peek = () => {
    const time = times[index];
    return time === undefined ? Infinity : beginMs + time;
  };
  return {
    peek,
    take() {
      const time = peek();
      index += 1;
      return time;
    },
    goOn: () => null,
  };
}
