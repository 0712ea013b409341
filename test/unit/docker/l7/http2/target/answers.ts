import { block, flags, frame, headers, types, u32 } from '../../../../../support/http2-wire.ts';
import type { TargetCase } from './case.ts';

const { endHeaders, endStream, padded, priority } = flags;
type Fields = readonly (readonly [string, string])[];

const head = (fields: Fields, end = false, stream = 1): Buffer =>
  headers(stream, fields, endHeaders | (end ? endStream : 0));
const data = (text: string | Buffer, flag = 0, stream = 1): Buffer => frame(types.data, flag, stream, text);
const ok: Fields = [[':status', '200']];
const empty = 'da39a3ee';
const hello = 'aaf4c61d';
const bad = ['failed bad-response maybe'];
const malformed = { reset: [1, 'PROTOCOL_ERROR'] } as const;

/** Answers as they should be, in all the forms that they may have. */
const fine: readonly TargetCase[] = [
  {
    section: '8.1',
    name: 'a head that is all',
    says: [head([[':status', '204']], true)],
    heard: [['head 204', `end 0  ${empty}`]],
  },
  {
    section: '8.1',
    name: 'a head, a body, trailers',
    says: [
      head([...ok, ['a', 'b'], ['set-cookie', '1'], ['set-cookie', '2']]),
      data('hel'),
      data('lo'),
      head([['grpc-status', '0']], true),
    ],
    heard: [['head 200 a=b set-cookie=1 set-cookie=2', `end 5 grpc-status=0 ${hello}`]],
  },
  {
    section: '8.1',
    name: 'several 1xx before the answer',
    says: [
      head([
        [':status', '103'],
        ['link', 'x'],
      ]),
      head([[':status', '100']]),
      head(ok, true),
    ],
    heard: [['103 link=x', '100', 'head 200', `end 0  ${empty}`]],
  },
  {
    section: '6.1',
    name: 'padding, and DATA that is nothing else',
    says: [
      head(ok),
      data(Buffer.from([3, ...Buffer.from('hello'), 0, 0, 0]), padded),
      data(Buffer.from([0]), padded | endStream),
    ],
    heard: [['head 200', `end 5  ${hello}`]],
  },
  {
    section: '6.2',
    name: 'padding and priority on HEADERS',
    says: [
      frame(
        types.headers,
        endHeaders | endStream | padded | priority,
        1,
        Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 15]), block(ok), Buffer.alloc(2)]),
      ),
    ],
    heard: [['head 200', `end 0  ${empty}`]],
  },
  {
    section: '6.10',
    name: 'a block in three frames',
    says: [
      frame(types.headers, endStream, 1, block(ok)),
      frame(types.continuation, 0, 1),
      frame(types.continuation, endHeaders, 1, block([['a', 'b']])),
    ],
    heard: [['head 200 a=b', `end 0  ${empty}`]],
  },
  {
    section: '8.1.1',
    name: 'the length of what a HEAD would have had',
    asked: [{ method: 'HEAD' }],
    says: [head([...ok, ['content-length', '5']], true)],
    heard: [['head 200 content-length=5', `end 0  ${empty}`]],
  },
  {
    section: '8.1.1',
    name: 'a HEAD whose end comes in a frame of its own',
    asked: [{ method: 'HEAD' }],
    says: [head([...ok, ['content-length', '5']]), data('', endStream)],
    heard: [['head 200 content-length=5', `end 0  ${empty}`]],
  },
  {
    section: '8.1.1',
    name: 'a 304 with the length of what it stands for',
    says: [
      head(
        [
          [':status', '304'],
          ['content-length', '5'],
        ],
        true,
      ),
    ],
    heard: [['head 304 content-length=5', `end 0  ${empty}`]],
  },
  {
    section: '8.1',
    name: 'an answer before the request is over',
    asked: [{ method: 'POST', body: 'a', open: true }],
    says: [head([[':status', '413']], true)],
    heard: [['head 413', `end 0  ${empty}`]],
    reset: [1, 'CANCEL'],
  },
  {
    section: '5',
    name: 'answers side by side, in another order',
    asked: [{}, {}],
    says: [head(ok, false, 3), head(ok), data('hello', endStream), data('hello', endStream, 3)],
    heard: [
      ['head 200', `end 5  ${hello}`],
      ['head 200', `end 5  ${hello}`],
    ],
  },
  {
    section: '5.5',
    name: 'frames and settings that nobody knows',
    says: [
      frame(0xaa, 0xff, 1, 'what?'),
      frame(types.settings, 0, 0, Buffer.concat([Buffer.from([0xff, 0xff]), u32(7)])),
      head(ok, true),
    ],
    heard: [['head 200', `end 0  ${empty}`]],
  },
  {
    section: '8.1',
    name: 'RST_STREAM with NO_ERROR after a whole answer',
    asked: [{ method: 'POST', body: 'a', open: true }],
    says: [head(ok, true), frame(types.rstStream, 0, 1, u32(0))],
    heard: [['head 200', `end 0  ${empty}`]],
    reset: [1, 'CANCEL'],
  },
];

/** Answers that are none: of the stream alone, and the client is not left waiting. */
const wrong: readonly TargetCase[] = [
  ...(
    [
      ['no status', [['a', 'b']]],
      ['two statuses', [...ok, [':status', '200']]],
      ['a status after other fields', [['a', 'b'], ...ok]],
      ['a status of two digits', [[':status', '20']]],
      ['a status of four', [[':status', '2000']]],
      ['a status below all', [[':status', '099']]],
      ['101', [[':status', '101']]],
      ["a request's pseudo field", [...ok, [':path', '/']]],
      ['a pseudo field that nobody knows', [...ok, [':x', '/']]],
      ['a capital letter', [...ok, ['Server', 'x']]],
      ['a name that is none', [...ok, ['a b', 'x']]],
      ['an empty name', [...ok, ['', 'x']]],
      ['a line break in a value', [...ok, ['a', 'x\r\nb: c']]],
      ['a zero in a value', [...ok, ['a', 'x\0']]],
      ['a space before a value', [...ok, ['a', ' x']]],
      ['connection', [...ok, ['connection', 'close']]],
      ['transfer-encoding', [...ok, ['transfer-encoding', 'chunked']]],
      ['upgrade', [...ok, ['upgrade', 'h2c']]],
      ['keep-alive', [...ok, ['keep-alive', 'timeout=5']]],
      ['te', [...ok, ['te', 'trailers']]],
      ['two lengths', [...ok, ['content-length', '0'], ['content-length', '0']]],
      ['a length that is none', [...ok, ['content-length', '+1']]],
      ['a length without a body', [...ok, ['content-length', '5']]],
    ] as readonly (readonly [string, Fields])[]
  ).map(([name, fields]): TargetCase => ({
    section: '8.2',
    name,
    says: [head(fields, true)],
    heard: [bad],
    ...malformed,
  })),
  {
    section: '8.1.1',
    name: 'more than the length',
    says: [head([...ok, ['content-length', '4']]), data('hello', endStream)],
    heard: [['head 200 content-length=4', ...bad]],
    ...malformed,
  },
  {
    section: '8.1.1',
    name: 'less than the length',
    says: [head([...ok, ['content-length', '6']]), data('hello', endStream)],
    heard: [['head 200 content-length=6', ...bad]],
    ...malformed,
  },
  {
    section: '8.1.1',
    name: 'less than the length, and trailers',
    says: [head([...ok, ['content-length', '6']]), data('hello'), head([['a', 'b']], true)],
    heard: [['head 200 content-length=6', ...bad]],
    ...malformed,
  },
  ...(['204', '304'] as const).map((status): TargetCase => ({
    section: '8.1.1',
    name: `a body of ${status}`,
    says: [head([[':status', status]]), data('hello', endStream)],
    heard: [[`head ${status}`, ...bad]],
    ...malformed,
  })),
  {
    section: '8.1.1',
    name: 'a body for HEAD',
    asked: [{ method: 'HEAD' }],
    says: [head(ok), data('hello', endStream)],
    heard: [['head 200', ...bad]],
    ...malformed,
  },
  {
    section: '8.1',
    name: 'DATA before HEADERS',
    says: [data('hello', endStream)],
    heard: [bad],
    ...malformed,
  },
  {
    section: '8.1',
    name: 'DATA after 1xx alone',
    says: [head([[':status', '100']]), data('hello', endStream)],
    heard: [['100', ...bad]],
    ...malformed,
  },
  {
    section: '8.1',
    name: '1xx that is the end',
    says: [head([[':status', '100']], true)],
    heard: [bad],
    ...malformed,
  },
  {
    section: '8.6',
    name: '101 that is not the end',
    says: [head([[':status', '101']]), head(ok, true)],
    heard: [bad],
    ...malformed,
  },
  {
    section: '8.1',
    name: 'trailers that are not the end',
    says: [head(ok), head([['a', 'b']])],
    heard: [['head 200', ...bad]],
    ...malformed,
  },
  {
    section: '8.1',
    name: 'a second head',
    says: [head(ok), head(ok, true)],
    heard: [['head 200', ...bad]],
    ...malformed,
  },
  {
    section: '8.2.2',
    name: 'trailers of the connection',
    says: [head(ok), head([['transfer-encoding', 'chunked']], true)],
    heard: [['head 200', ...bad]],
    ...malformed,
  },
  {
    section: '6.9',
    name: 'a window opened by nothing',
    says: [frame(types.windowUpdate, 0, 1, u32(0))],
    heard: [bad],
    ...malformed,
  },
  {
    section: '6.9.1',
    name: 'a window beyond its bound',
    asked: [{ method: 'POST', body: 'a', open: true }],
    says: [frame(types.windowUpdate, 0, 1, u32(0x7fffffff))],
    heard: [bad],
    reset: [1, 'FLOW_CONTROL_ERROR'],
  },
  {
    section: '6.3',
    name: 'PRIORITY that is cut short',
    says: [frame(types.priority, 0, 1, 'abcd')],
    heard: [bad],
    reset: [1, 'FRAME_SIZE_ERROR'],
  },
  {
    section: '6.5.2',
    name: 'a header larger than we said that we take',
    says: [
      frame(types.headers, 0, 1, block([...ok, ...many(16_000)])),
      frame(types.continuation, 0, 1, block(many(16_000))),
      frame(types.continuation, endHeaders, 1, block(many(2000))),
    ],
    heard: [bad],
    reset: [1, 'CANCEL'],
  },
];

function many(bytes: number): [string, string][] {
  return [['x', 'y'.repeat(bytes)]];
}

/** The target takes it back, or says that it never looked. */
const taken: readonly TargetCase[] = [
  {
    section: '8.7',
    name: 'refused',
    says: [frame(types.rstStream, 0, 1, u32(7))],
    heard: [['failed reset refused']],
  },
  {
    section: '6.4',
    name: 'reset for a reason of its own',
    says: [frame(types.rstStream, 0, 1, u32(2))],
    heard: [['failed reset maybe']],
  },
  {
    section: '8.7',
    name: 'refused, but half answered',
    says: [head(ok), frame(types.rstStream, 0, 1, u32(7))],
    heard: [['head 200', 'failed reset maybe']],
  },
  {
    section: '6.8',
    name: 'GOAWAY: those above the last were not looked at, and the others are answered',
    asked: [{}, {}, {}],
    says: [frame(types.goaway, 0, 0, u32(1, 0)), head(ok), data('hello', endStream)],
    heard: [
      ['head 200', `end 5  ${hello}`],
      ['failed closed-early refused'],
      ['failed closed-early refused'],
    ],
    goaway: 'NO_ERROR',
  },
  {
    section: '6.8',
    name: 'GOAWAY in two steps',
    asked: [{}, {}],
    says: [
      frame(types.goaway, 0, 0, u32(0x7fffffff, 0)),
      head(ok, true),
      frame(types.goaway, 0, 0, u32(3, 0)),
      head(ok, true, 3),
    ],
    heard: [
      ['head 200', `end 0  ${empty}`],
      ['head 200', `end 0  ${empty}`],
    ],
    goaway: 'NO_ERROR',
  },
];

export const answers: readonly TargetCase[] = [...fine, ...wrong, ...taken];
