import { blockRoom, createEncoder, fieldRoom } from '../../docker/l7/http2/hpack/encoder.ts';
import { mutate } from './fuzz.ts';
import { block, flags, frame, settings, types, u32 } from './http2-wire.ts';

type Fields = readonly (readonly [string, string])[];

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const fieldsToo: Fields = [
  ['accept', '*/*'],
  ['cookie', 'a=1'],
  ['cookie', 'b=2'],
  ['x-own', 'one'],
  ['te', 'trailers'],
  ['user-agent', 'a client of some length'],
  ['host', 'a'],
  ['x-long', 'y'.repeat(3000)],
  ['Capital', '1'],
  ['x-bad', 'a\r\nb'],
  ['connection', 'close'],
  ['expect', '100-continue'],
];

/** Header blocks of one connection: now by its own table, now without any. */
export function blocksOf(random: () => number): (fields: Fields) => Buffer {
  const encoder = createEncoder();
  return (fields) => {
    if (random() < 0.4) return block(fields);
    const into = Buffer.alloc(blockRoom + fields.reduce((sum, field) => sum + fieldRoom(...field), 0));
    let at = encoder.begin(into, 0);
    for (const [name, value] of fields) at = encoder.field(name, value, into, at);
    return into.subarray(0, at);
  };
}

/** What a client says on one connection, mostly rightly, and then changed in a place or a few. */
export function mutatedHttp2(random: () => number): Buffer {
  const below = (most: number) => Math.floor(random() * most);
  const encode = blocksOf(random);
  const headersOf = (stream: number, fields: Fields, end: boolean): Buffer[] => {
    const all = encode(fields);
    const over = end ? flags.endStream : 0;
    switch (below(4)) {
      case 0: {
        const at = below(all.length + 1);
        return [
          frame(types.headers, over, stream, all.subarray(0, at)),
          frame(types.continuation, flags.endHeaders, stream, all.subarray(at)),
        ];
      }
      case 1:
        return [
          frame(
            types.headers,
            over | flags.endHeaders | flags.padded | flags.priority,
            stream,
            Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 15]), all, Buffer.alloc(2)]),
          ),
        ];
      default:
        return [frame(types.headers, over | flags.endHeaders, stream, all)];
    }
  };
  const request = (stream: number): Buffer[] => {
    const body = random() < 0.5;
    const pieces = body ? Array.from({ length: 1 + below(3) }, () => Buffer.alloc(below(200), 'x')) : [];
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const said: [string, string][] = [
      [':method', body ? 'POST' : 'GET'],
      [':scheme', 'http'],
      [':path', `/${below(5)}`],
      [':authority', 'a'],
    ];
    for (const field of fieldsToo.slice(0, random() < 0.1 ? undefined : 7))
      if (random() < 0.3) said.push([...field]);
    if (body && random() < 0.5) said.push(['content-length', String(random() < 0.9 ? length : length + 1)]);
    if (random() < 0.05) said.sort(() => random() - 0.5);
    const trailers = body && random() < 0.3;
    return [
      ...headersOf(stream, said, !body),
      ...pieces.map((piece, at) => {
        const last = at === pieces.length - 1 && !trailers ? flags.endStream : 0;
        return random() < 0.3
          ? frame(
              types.data,
              last | flags.padded,
              stream,
              Buffer.concat([Buffer.from([3]), piece, Buffer.alloc(3)]),
            )
          : frame(types.data, last, stream, piece);
      }),
      ...(trailers ? headersOf(stream, [['x-sum', '1']], true) : []),
    ];
  };
  const other = (): Buffer => {
    const stream = below(12);
    const some = [
      () => frame(types.ping, below(2), 0, 'eightby!'),
      () => frame(types.windowUpdate, 0, stream, u32(below(3) === 0 ? 0x7fffffff : below(1000))),
      () => frame(types.rstStream, 0, stream, u32(8)),
      () => frame(types.priority, 0, stream, Buffer.from([0, 0, 0, below(12), 1])),
      () => settings([1 + below(6), [0, 1, 100, 4096, 16_384, 65_535][below(6)] ?? 0]),
      () => frame(types.goaway, 0, 0, u32(0, below(12))),
      () => frame(below(256), below(256), stream, Buffer.alloc(below(20), 'z')),
    ];
    return (some[below(some.length)] ?? (() => Buffer.alloc(0)))();
  };
  const frames: Buffer[] = [settings([3, 100])];
  for (let at = 0; at < 1 + below(5); at++) {
    frames.push(...request(1 + at * 2));
    if (random() < 0.4) frames.push(other());
  }
  if (random() < 0.2) frames.splice(below(frames.length), 0, ...frames.splice(below(frames.length), 1));
  const said = Buffer.concat(frames);
  const changed = random() < 0.6 ? mutate(said, random) : said;
  return Buffer.concat([random() < 0.02 ? mutate(preface, random) : preface, changed]);
}
