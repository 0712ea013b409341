import { fuzzWire } from '../support/fuzz-wire.ts';

const batch = 20_000;
/** What the parsers may keep between two batches: nothing, but the collector needs its room. */
const growthBytes = 64 * 1024 * 1024;

/** Ends at the first header that breaks a rule, with its bytes; the seed makes the run again. */
export function soakWire(count: number, seed: number, say: (line: string) => void): void {
  fuzzWire(batch, seed);
  const before = process.memoryUsage().heapUsed;
  let done = 0;
  for (let round = 1; done < count; round++) {
    const tally = fuzzWire(Math.min(batch, count - done), seed + round);
    done += Math.min(batch, count - done);
    if (round % 10 === 0) say(`wire: ${done} of each, seed ${seed}, the last ${JSON.stringify(tally)}`);
  }
  const grown = process.memoryUsage().heapUsed - before;
  if (grown > growthBytes)
    throw new Error(`the heap grew by ${grown} bytes over ${done} headers, seed ${seed}`);
  say(
    `wire: ${done} PROXY headers and ${done} ClientHellos, seed ${seed}: each read, refused, or waiting within bounds`,
  );
}
