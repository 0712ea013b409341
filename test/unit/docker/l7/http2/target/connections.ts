import { block, flags, frame, headers, settings, types, u32 } from '../../../../../support/http2-wire.ts';
import type { Code } from '../../../../../support/http2-wire.ts';
import type { TargetCase } from './case.ts';

const { ack, endHeaders, endStream, padded, priority } = flags;
const ok = [[':status', '200']] as const;
const end = endHeaders | endStream;
const answer = headers(1, ok, end);
const bad = ['failed bad-response maybe'];
const whole = ['head 200', 'end 0  da39a3ee'];

/** What ends the connection, and all that is under way on it. */
const wrong: readonly TargetCase[] = (
  [
    [
      '4.2',
      'a frame larger than was allowed',
      frame(types.data, 0, 1, Buffer.alloc(16_385)),
      'FRAME_SIZE_ERROR',
    ],
    ['5.1', 'DATA on a stream that we never opened', frame(types.data, 0, 99), 'PROTOCOL_ERROR'],
    ['5.1', 'HEADERS on a stream that we never opened', headers(99, ok, end), 'PROTOCOL_ERROR'],
    [
      '5.1',
      'RST_STREAM of a stream that we never opened',
      frame(types.rstStream, 0, 99, u32(8)),
      'PROTOCOL_ERROR',
    ],
    [
      '5.1',
      'a window for a stream that we never opened',
      frame(types.windowUpdate, 0, 99, u32(8)),
      'PROTOCOL_ERROR',
    ],
    ['5.1.1', 'a stream of its own', headers(2, ok, end), 'PROTOCOL_ERROR'],
    ['6.1', 'DATA of the connection', frame(types.data, 0, 0, 'x'), 'PROTOCOL_ERROR'],
    ['6.1', 'more padding than DATA', frame(types.data, padded, 1, Buffer.from([9, 1])), 'PROTOCOL_ERROR'],
    ['6.2', 'HEADERS of the connection', headers(0, ok, end), 'PROTOCOL_ERROR'],
    ['6.2', 'HEADERS cut short', frame(types.headers, end | priority, 1, 'abc'), 'FRAME_SIZE_ERROR'],
    ['6.3', 'PRIORITY of the connection', frame(types.priority, 0, 0, 'abcde'), 'PROTOCOL_ERROR'],
    ['6.4', 'RST_STREAM of the connection', frame(types.rstStream, 0, 0, u32(8)), 'PROTOCOL_ERROR'],
    ['6.4', 'RST_STREAM cut short', frame(types.rstStream, 0, 1, 'abc'), 'FRAME_SIZE_ERROR'],
    ['6.5', 'SETTINGS of a stream', frame(types.settings, 0, 1), 'PROTOCOL_ERROR'],
    ['6.5', 'SETTINGS cut short', frame(types.settings, 0, 0, 'abcde'), 'FRAME_SIZE_ERROR'],
    ['6.5', 'an acknowledgement with content', frame(types.settings, ack, 0, 'abcdef'), 'FRAME_SIZE_ERROR'],
    ['6.5.2', 'leave to push', settings([2, 1]), 'PROTOCOL_ERROR'],
    ['6.5.2', 'a first window beyond its bound', settings([4, 0x80000000]), 'FLOW_CONTROL_ERROR'],
    ['6.5.2', 'a frame size below the least', settings([5, 16_383]), 'PROTOCOL_ERROR'],
    ['6.5.2', 'a frame size above the most', settings([5, 16_777_216]), 'PROTOCOL_ERROR'],
    [
      '6.6',
      'PUSH_PROMISE',
      frame(types.pushPromise, endHeaders, 1, Buffer.concat([u32(2), block(ok)])),
      'PROTOCOL_ERROR',
    ],
    ['6.7', 'PING of a stream', frame(types.ping, 0, 1, 'eightby!'), 'PROTOCOL_ERROR'],
    ['6.7', 'PING cut short', frame(types.ping, 0, 0, 'seven!!'), 'FRAME_SIZE_ERROR'],
    ['6.8', 'GOAWAY of a stream', frame(types.goaway, 0, 1, u32(0, 0)), 'PROTOCOL_ERROR'],
    ['6.8', 'GOAWAY cut short', frame(types.goaway, 0, 0, u32(0)), 'FRAME_SIZE_ERROR'],
    ['6.9', 'WINDOW_UPDATE of nothing', frame(types.windowUpdate, 0, 0, u32(0)), 'PROTOCOL_ERROR'],
    ['6.9', 'WINDOW_UPDATE cut short', frame(types.windowUpdate, 0, 0, 'abc'), 'FRAME_SIZE_ERROR'],
    [
      '6.9.1',
      'a window beyond its bound',
      frame(types.windowUpdate, 0, 0, u32(0x7fffffff)),
      'FLOW_CONTROL_ERROR',
    ],
    [
      '6.10',
      'CONTINUATION of nothing',
      frame(types.continuation, endHeaders, 1, block(ok)),
      'PROTOCOL_ERROR',
    ],
    [
      '6.10',
      'a block that is broken off',
      Buffer.concat([frame(types.headers, 0, 1, block(ok)), frame(types.ping, 0, 0, 'eightby!')]),
      'PROTOCOL_ERROR',
    ],
    [
      '6.10',
      'a block that goes on with another stream',
      Buffer.concat([frame(types.headers, 0, 1, block(ok)), frame(types.continuation, endHeaders, 3)]),
      'PROTOCOL_ERROR',
    ],
    [
      '10.5',
      'a block without end',
      Buffer.concat([
        frame(types.headers, 0, 1, block(ok)),
        ...Array.from({ length: 40 }, () => frame(types.continuation, 0, 1)),
      ]),
      'ENHANCE_YOUR_CALM',
    ],
    [
      '10.5',
      'PINGs without end',
      Buffer.concat(Array(3000).fill(frame(types.ping, 0, 0, 'eightby!'))),
      'ENHANCE_YOUR_CALM',
    ],
    ['10.5', 'SETTINGS without end', Buffer.concat(Array(3000).fill(settings())), 'ENHANCE_YOUR_CALM'],
    [
      '7541 2.3.3',
      'an entry of no table',
      frame(types.headers, end, 1, Buffer.from([0xff, 0x00])),
      'COMPRESSION_ERROR',
    ],
    [
      '7541 5.2',
      'a string longer than its block',
      frame(types.headers, end, 1, Buffer.from([0, 9, 65])),
      'COMPRESSION_ERROR',
    ],
    [
      '7541 6.3',
      'a table larger than was allowed',
      frame(types.headers, end, 1, Buffer.from([0x3f, 0xe2, 0x1f])),
      'COMPRESSION_ERROR',
    ],
  ] as readonly (readonly [string, string, Buffer, Code])[]
).map(([section, name, bytes, goaway]): TargetCase => ({
  section,
  name,
  says: [bytes, answer],
  heard: [bad],
  goaway,
}));

const first: readonly TargetCase[] = [
  {
    section: '3.4',
    name: 'HTTP/1 in place of SETTINGS',
    settings: Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    says: [],
    heard: [[]],
    goaway: 'FRAME_SIZE_ERROR',
  },
  {
    section: '3.4',
    name: 'an answer before SETTINGS',
    settings: frame(types.ping, 0, 0, 'eightby!'),
    says: [],
    heard: [[]],
    goaway: 'PROTOCOL_ERROR',
  },
  {
    section: '6.5.2',
    name: 'no stream allowed: nothing is sent',
    settings: settings([3, 0]),
    says: [],
    heard: [[]],
  },
  {
    section: '6.5.2',
    name: 'two streams allowed: the third is not sent',
    asked: [{}, {}, {}],
    settings: settings([3, 2]),
    says: [answer, headers(3, ok, end)],
    heard: [whole, whole, []],
  },
];

/** What is late, for nothing, or of no consequence. */
const harmless: readonly TargetCase[] = [
  {
    section: '5.1',
    name: 'DATA on a stream that is over ends nothing else',
    asked: [{}, {}],
    says: [answer, frame(types.data, 0, 1, 'late'), headers(3, ok, end)],
    heard: [whole, whole],
    reset: [1, 'STREAM_CLOSED'],
  },
  {
    section: '5.1',
    name: 'a header block on a stream that is over is read for its table',
    asked: [{}, {}],
    says: [
      answer,
      frame(types.headers, end, 1, Buffer.from([0x40, 1, 0x61, 1, 0x62])),
      frame(types.headers, end, 3, Buffer.from([0x88, 0xbe])),
    ],
    heard: [whole, ['head 200 a=b', 'end 0  da39a3ee']],
    reset: [1, 'STREAM_CLOSED'],
  },
  {
    section: '6.4',
    name: 'RST_STREAM and a window for a stream that is over',
    asked: [{}, {}],
    says: [
      answer,
      frame(types.rstStream, 0, 1, u32(8)),
      frame(types.windowUpdate, 0, 1, u32(8)),
      headers(3, ok, end),
    ],
    heard: [whole, whole],
  },
];

export const connections: readonly TargetCase[] = [...first, ...wrong, ...harmless];
