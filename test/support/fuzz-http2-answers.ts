//  mutated frames of a target, cut --> session --> what each request heard, and what the target was told
import { mutate, seeded } from './fuzz.ts';
import { blocksOf } from './fuzz-http2-bytes.ts';
import { endsByError, unreadable } from './http2-frames.ts';
import { block, flags, frame, settings, types, u32 } from './http2-wire.ts';
import { converse } from './target-conversation.ts';
import type { Asked, Conversation } from './target-conversation.ts';

export interface AnswerTally {
  /** Requests that were answered whole, that failed, and that heard nothing of an end. */
  whole: number;
  failed: number;
  open: number;
  /** Connections that ended by an error. */
  ended: number;
}

type Fields = readonly (readonly [string, string])[];

const asked: readonly Asked[] = [
  {},
  { method: 'POST', body: 'a body', fields: [['content-length', '6']] },
  { method: 'HEAD' },
  { method: 'POST', body: 'no end', open: true },
  { method: 'GET', upgrade: 'websocket', body: 'frames', open: true, fields: [['sec-websocket-key', 'x']] },
];
const patch = {
  http: { answerHeadBytes: 4096, fields: 20 },
  http2: { resetsAtOnce: 20, resetsPerSecond: 1 },
};
const more: Fields = [
  ['server', 'fuzz'],
  ['set-cookie', 'a=1'],
  ['x-own', 'one'],
  ['content-length', '4'],
  ['x-long', 'y'.repeat(3000)],
  ['Capital', '1'],
  ['x-bad', 'a\r\nb'],
  ['connection', 'close'],
];
/** What one request may hear, and in which order. */
const order =
  /^(1\d\d [^\n]*\n|1\d\d\n)*((head \d{3}[^\n]*\n)?failed [^\n]*\n|head \d{3}[^\n]*\n(end [^\n]*\n(failed [^\n]*\n)?)?)?$/;

/**
 * Whatever a target says: each request hears the same of it as a whole, byte by byte, and cut once at each place; in an order
 * that makes an answer or a failure; and what the target is told can be read.
 */
export async function fuzzHttp2Answers(count: number, seed: number): Promise<AnswerTally> {
  const random = seeded(seed);
  const tally: AnswerTally = { whole: 0, failed: 0, open: 0, ended: 0 };
  for (let turn = 0; turn < count; turn++) {
    const bytes = mutatedAnswers(random);
    const fail = (what: string) =>
      new Error(`${what}\n${bytes.toString('hex')}, seed ${seed}, turn ${turn} of answers`);
    const whole = await converse([bytes], asked, patch);
    const compare = async (pieces: readonly Buffer[], how: string) => {
      const other = inWords(await converse(pieces, asked, patch));
      if (other !== inWords(whole)) throw fail(`${how}:\n${other}\nas a whole:\n${inWords(whole)}`);
    };
    const at = Math.floor(random() * (bytes.length + 1));
    await compare([bytes.subarray(0, at), bytes.subarray(at)], `cut at ${at}`);
    if (turn % 8 === 0) {
      await compare(
        Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)),
        'byte by byte',
      );
    }
    const problem = unreadable(whole.out);
    if (problem !== null) throw fail(problem);
    for (const lines of whole.heard) {
      const said = lines.map((line) => `${line.split('\n')[0]}\n`).join('');
      if (!order.test(said)) throw fail(`a request heard ${JSON.stringify(lines)}`);
      if (/^failed/m.test(said)) tally.failed += 1;
      else if (/^end/m.test(said)) tally.whole += 1;
      else tally.open += 1;
    }
    if (endsByError(whole.out)) tally.ended += 1;
  }
  return tally;
}

function inWords({ heard, broken }: Conversation): string {
  return `${heard.map((lines) => lines.join(', ')).join('\n')}\n${broken ?? 'kept'}`;
}

/** What a target says on one connection, mostly rightly, and then changed in a place or a few. */
function mutatedAnswers(random: () => number): Buffer {
  const below = (most: number) => Math.floor(random() * most);
  const encode = blocksOf(random);
  const headersOf = (stream: number, fields: Fields, end: boolean): Buffer[] => {
    const all = encode(fields);
    const over = end ? flags.endStream : 0;
    if (below(3) > 0) return [frame(types.headers, over | flags.endHeaders, stream, all)];
    const at = below(all.length + 1);
    return [
      frame(types.headers, over, stream, all.subarray(0, at)),
      frame(types.continuation, flags.endHeaders, stream, all.subarray(at)),
    ];
  };
  const answer = (stream: number): Buffer[] => {
    const body = random() < 0.6;
    const trailers = body && random() < 0.3;
    const said: [string, string][] = [
      [':status', ['200', '204', '304', '404', '99', '101'][below(random() < 0.9 ? 1 : 6)] ?? '200'],
    ];
    for (const field of more.slice(0, random() < 0.1 ? undefined : 4))
      if (random() < 0.3) said.push([...field]);
    if (random() < 0.03) said.sort(() => random() - 0.5);
    return [
      ...(random() < 0.2 ? headersOf(stream, [[':status', '103']], random() < 0.05) : []),
      ...headersOf(stream, said, !body),
      ...(body
        ? [
            frame(
              types.data,
              trailers ? 0 : flags.endStream,
              stream,
              Buffer.alloc(random() < 0.7 ? 4 : below(300), 'x'),
            ),
          ]
        : []),
      ...(trailers ? headersOf(stream, [['grpc-status', '0']], random() < 0.95) : []),
    ];
  };
  const other = (): Buffer => {
    const stream = below(12);
    const some = [
      () => frame(types.ping, below(2), 0, 'eightby!'),
      () => frame(types.windowUpdate, 0, stream, u32(below(3) === 0 ? 0x7fffffff : below(1000))),
      () => frame(types.rstStream, 0, stream, u32(below(14))),
      () => settings([1 + below(8), [0, 1, 100, 4096, 16_384, 65_535][below(6)] ?? 0]),
      () => frame(types.goaway, 0, 0, u32(below(12), below(12))),
      () =>
        frame(types.pushPromise, flags.endHeaders, stream, Buffer.concat([u32(2), block([[':path', '/']])])),
      () => frame(below(256), below(256), stream, Buffer.alloc(below(20), 'z')),
    ];
    return (some[below(some.length)] ?? (() => Buffer.alloc(0)))();
  };
  const frames: Buffer[] = [settings([3, random() < 0.9 ? 100 : below(4)], [8, below(2)])];
  const order = [1, 3, 5, 7, 9].sort(() => random() - 0.5);
  for (const stream of order) {
    if (random() < 0.9) frames.push(...answer(stream));
    if (random() < 0.3) frames.push(other());
  }
  const said = Buffer.concat(frames);
  return random() < 0.6 ? mutate(said, random) : said;
}
