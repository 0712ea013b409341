import { fuzzQuic } from '../support/fuzz-quic.ts';
import { fuzzWire } from '../support/fuzz-wire.ts';

const batch = 20_000;
/** What the parsers may keep between two batches: nothing, but the collector needs its room. */
const growthBytes = 64 * 1024 * 1024;

/**
 * Ends at the first header that breaks a rule, with its bytes; the seed makes the run again. How many of each it was: all
 * that were asked for, or what the time was enough for.
 */
export async function soakWire(
  count: number,
  seed: number,
  say: (line: string) => void,
  withinMs = Infinity,
): Promise<number> {
  fuzzWire(batch, seed);
  fuzzQuic(batch, seed);
  const before = process.memoryUsage().heapUsed;
  const end = performance.now() + withinMs;
  let done = 0;
  for (let round = 1; done < count && performance.now() < end; round++) {
    const size = Math.min(batch, count - done);
    const tally = { ...fuzzWire(size, seed + round), quic: fuzzQuic(size, seed + round) };
    done += size;
    // Whoever runs this in a worker wants to hear of it now and then.
    await new Promise((next) => setImmediate(next));
    if (round % 10 === 0) say(`wire: ${done} of each, seed ${seed}, the last ${JSON.stringify(tally)}`);
  }
  const grown = process.memoryUsage().heapUsed - before;
  if (grown > growthBytes)
    throw new Error(`the heap grew by ${grown} bytes over ${done} headers, seed ${seed}`);
  say(
    `wire: ${done} PROXY headers, ClientHellos and QUIC packets each, seed ${seed}: each read, refused, or waiting within bounds`,
  );
  return done;
}
