import { fuzzQuic } from '../support/fuzz-quic.ts';
import { fuzzWire } from '../support/fuzz-wire.ts';

const batch = 20_000;
/** What the parsers may keep between two batches: nothing, but the collector needs its room. */
const growthBytes = 64 * 1024 * 1024;

/**
 * Mutated headers until so many of each kind were read, or for so long. Ends at the first that breaks a rule, with its
 * bytes; the seed makes the run again.
 */
export async function soakWire(
  limit: { readonly count: number; readonly seconds: number },
  seed: number,
  say: (line: string) => void,
): Promise<boolean> {
  const end = performance.now() + limit.seconds * 1000;
  try {
    fuzzWire(batch, seed);
    fuzzQuic(batch, seed);
    const before = process.memoryUsage().heapUsed;
    let done = 0;
    for (let round = 1; done < limit.count && performance.now() < end; round++) {
      const size = Math.min(batch, limit.count - done);
      const tally = { ...fuzzWire(size, seed + round), quic: fuzzQuic(size, seed + round) };
      done += size;
      if (round % 10 === 0) say(`wire: ${done} of each, seed ${seed}, the last ${JSON.stringify(tally)}`);
      // A signal to stop is heard in between.
      await new Promise((next) => setImmediate(next));
    }
    const grown = process.memoryUsage().heapUsed - before;
    if (grown > growthBytes) throw new Error(`the heap grew by ${grown} bytes over ${done} headers`);
    say(
      `wire: ${done} PROXY headers, ClientHellos and QUIC packets each, seed ${seed}: each read, refused, or waiting within bounds`,
    );
    return true;
  } catch (error) {
    // On stderr, in one line: whoever started this among other things says it again.
    process.stderr.write(
      `wire: ${error instanceof Error ? error.message : String(error)} (--seed ${seed} makes the run again)\n`,
    );
    return false;
  }
}
