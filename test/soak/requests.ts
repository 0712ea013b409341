import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fuzzHttp2 } from '../support/fuzz-http2.ts';
import type { Http2Tally } from '../support/fuzz-http2.ts';
import { fuzzHttp2Answers } from '../support/fuzz-http2-answers.ts';
import type { AnswerTally } from '../support/fuzz-http2-answers.ts';
import { requestFuzzer } from '../support/fuzz-requests.ts';
import type { RequestTally } from '../support/fuzz-requests.ts';
import { fuzzSplits } from '../support/fuzz-splits.ts';
import { cleanUp } from '../unit/docker/l7/rig.ts';

/** The first warms everything, and is the measure of the memory; the time is looked at after each. */
const batch = 2000;
const http2Batch = batch / 8;
/** After a collection, from the first batch to the last. */
const growthBytes = 16 * 1024 * 1024;

/**
 * Mutated requests: against the reader, byte by byte and cut at every place, and on real connections through the real
 * proxy to a target that is another reader; and, an eighth as many, mutated connections of HTTP/2 with a client and with a target. Ends at the first that breaks a rule; the seed makes the run again.
 */
export async function soakRequests(
  limit: { readonly count: number; readonly seconds: number },
  seed: number,
  say: (line: string) => void,
): Promise<boolean> {
  const began = Date.now();
  const left = ({ connections }: RequestTally) =>
    Date.now() - began < limit.seconds * 1000 ? limit.count - connections : 0;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const fuzzer = await requestFuzzer();
  try {
    const total: RequestTally = { connections: 0, judged: 0, refused: 0, seen: 0, cut: 0, foreign: 0 };
    const http2: Http2Tally = { served: 0, whole: 0, refused: 0, ended: 0 };
    const answers: AnswerTally = { whole: 0, failed: 0, open: 0, ended: 0 };
    let before = 0;
    for (let round = 0; left(total) > 0; round++) {
      const most = Math.min(batch, left(total));
      fuzzSplits(most, seed + round);
      add(total, await fuzzer.run(most, seed + round));
      add(http2, await fuzzHttp2(Math.min(http2Batch, most), seed + round));
      add(answers, await fuzzHttp2Answers(Math.min(http2Batch, most), seed + round));
      if (round === 0) before = heap();
      if (round % 50 === 49)
        say(
          `requests: ${JSON.stringify({ ...total, http2, answers })}, heap ${inMiB(heap())} MiB, seed ${seed}`,
        );
    }
    const after = heap();
    if (after - before > growthBytes) {
      throw new Error(`the heap grew from ${inMiB(before)} to ${inMiB(after)} MiB, seed ${seed}`);
    }
    say(
      `requests: ${JSON.stringify({ ...total, http2, answers })}, heap ${inMiB(before)} to ${inMiB(after)} MiB, seed ${seed}`,
    );
    say('requests: no crash, and what the target saw is what the proxy judged');
    return true;
  } catch (error) {
    // On stderr, in one line: whoever started this among other things says it again.
    process.stderr.write(
      `requests: ${error instanceof Error ? error.message : String(error)} (--seed ${seed} makes the run again)\n`,
    );
    return false;
  } finally {
    await cleanUp();
  }
}

function inMiB(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

function add<T extends object>(sum: T, more: T): void {
  const all = sum as Record<string, number>;
  for (const [key, value] of Object.entries(more) as [string, number][]) all[key] = (all[key] ?? 0) + value;
}
