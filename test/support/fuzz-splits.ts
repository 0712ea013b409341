import { readAll } from '../unit/docker/l7/http1/read.ts';
import type { Read } from '../unit/docker/l7/http1/read.ts';
import { seeded } from './fuzz.ts';
import { mutatedRequests } from './fuzz-request-text.ts';

/**
 * Whatever the bytes: the reader makes the same of them as a whole, byte by byte, and cut once at each place. What is
 * hopeless may be refused before the rest of it has come, so that of a refusal only the status counts.
 */
export function fuzzSplits(
  count: number,
  seed: number,
): Readonly<Record<'read' | 'refused' | 'waiting', number>> {
  const random = seeded(seed);
  const tally = { read: 0, refused: 0, waiting: 0 };
  for (let turn = 0; turn < count; turn++) {
    const bytes = mutatedRequests(random);
    const whole = readAll([bytes]);
    const compare = (pieces: readonly Buffer[], how: string) => {
      const other = readAll(pieces);
      if (inWords(other) === inWords(whole)) return;
      throw new Error(
        `${how}: ${inWords(other)}\nas a whole: ${inWords(whole)}\n${JSON.stringify(bytes.toString('latin1'))}, seed ${seed}`,
      );
    };
    compare(
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
      'byte by byte',
    );
    // Each place of each would be a hundred readings; over many requests each place has its turn.
    const at = Math.floor(random() * (bytes.length + 1));
    compare([bytes.subarray(0, at), bytes.subarray(at)], `cut at ${at}`);
    tally[whole.problem !== null ? 'refused' : whole.midway ? 'waiting' : 'read'] += 1;
  }
  return tally;
}

function inWords({ messages, problem, midway }: Read): string {
  return JSON.stringify({
    messages,
    problem: problem?.split(' ')[0] ?? null,
    midway: problem === null && midway,
  });
}
