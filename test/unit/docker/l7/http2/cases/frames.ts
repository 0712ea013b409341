import {
  block,
  flags,
  frame,
  get,
  headers,
  post,
  settings,
  types,
  u32,
} from '../../../../../support/http2-wire.ts';
import type { Http2Wire } from '../../../../../support/http2-wire.ts';
import { connection, fine, stream } from './case.ts';
import type { Case } from './case.ts';

const send =
  (...frames: readonly Buffer[]) =>
  (wire: Http2Wire): void =>
    wire.send(...frames);
const open = headers(1, post, flags.endHeaders);
const unended = frame(types.headers, flags.endStream, 1, block(get));
const first = block(get).subarray(0, 8);
const rest = block(get).subarray(8);
const big = Buffer.alloc(16_384, 'x');

/** The grammar of frames: RFC 9113 sections 3, 4 and 6. */
export const frames: readonly Case[] = [
  {
    section: '3.4',
    name: 'a preface that is none',
    verdict: connection(),
    preface: 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n',
    does: () => undefined,
  },
  {
    section: '3.4',
    name: 'no SETTINGS first',
    verdict: connection('PROTOCOL_ERROR'),
    settings: frame(types.ping, 0, 0, '12345678'),
    does: () => undefined,
  },
  {
    section: '4.1',
    name: 'a frame of a type that nobody knows',
    verdict: fine,
    does: send(frame(0xee, 0, 0, 'hello'), headers(1)),
  },
  {
    section: '4.1',
    name: 'flags that nobody knows',
    verdict: fine,
    does: send(frame(types.ping, 0xfe, 0, '12345678'), headers(1)),
  },
  {
    section: '4.1',
    name: 'the reserved bit of a stream',
    verdict: fine,
    does: send(frame(types.ping, 0, 0x80_00_00_00, '12345678'), headers(1)),
  },
  {
    section: '4.2',
    name: 'DATA as long as may be',
    verdict: fine,
    does: send(open, frame(types.data, flags.endStream, 1, big)),
  },
  {
    section: '4.2',
    name: 'DATA that is too long',
    verdict: stream('FRAME_SIZE_ERROR'),
    does: send(open, frame(types.data, flags.endStream, 1, Buffer.alloc(16_385))),
  },
  {
    section: '4.2',
    name: 'HEADERS that are too long',
    verdict: connection('FRAME_SIZE_ERROR'),
    does: send(frame(types.headers, 5, 1, Buffer.concat([block(get), Buffer.alloc(16_385)]))),
  },
  {
    section: '4.2',
    name: 'a frame of any type that is too long',
    verdict: connection('FRAME_SIZE_ERROR'),
    does: send(frame(0xee, 0, 0, Buffer.alloc(16_385))),
  },
  {
    section: '4.3',
    name: 'PRIORITY inside a header block',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(unended, frame(types.priority, 0, 1, Buffer.alloc(5)), frame(types.continuation, 4, 1)),
  },
  {
    section: '4.3',
    name: 'HEADERS of another stream inside a header block',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(unended, headers(3), frame(types.continuation, 4, 1)),
  },
  {
    section: '5.5',
    name: 'an unknown frame inside a header block',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(unended, frame(0xee, 0, 0, 'x'), frame(types.continuation, 4, 1)),
  },

  {
    section: '6.1',
    name: 'DATA on stream 0',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.data, 1, 0, 'x')),
  },
  {
    section: '6.1',
    name: 'DATA with padding',
    verdict: fine,
    does: send(open, frame(types.data, 9, 1, '\x02hello\0\0')),
  },
  {
    section: '6.1',
    name: 'DATA with more padding than there is',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(open, frame(types.data, 9, 1, '\x06hello')),
  },
  {
    section: '6.2',
    name: 'HEADERS with padding and priority',
    verdict: fine,
    does: send(
      frame(
        types.headers,
        0x2d,
        1,
        Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 15]), block(get), Buffer.alloc(3)]),
      ),
    ),
  },
  {
    section: '6.2',
    name: 'HEADERS on stream 0',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(headers(0)),
  },
  {
    section: '6.2',
    name: 'HEADERS with more padding than there is',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.headers, 13, 1, Buffer.concat([Buffer.from([200]), block(get)]))),
  },
  {
    section: '6.3',
    name: 'PRIORITY',
    verdict: fine,
    does: send(frame(types.priority, 0, 1, Buffer.from([0, 0, 0, 0, 15])), headers(1)),
  },
  {
    section: '6.3',
    name: 'PRIORITY on stream 0',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.priority, 0, 0, Buffer.alloc(5))),
  },
  {
    section: '6.3',
    name: 'PRIORITY of four bytes',
    verdict: stream('FRAME_SIZE_ERROR'),
    does: send(headers(1, post, 4), frame(types.priority, 0, 1, Buffer.alloc(4))),
  },
  {
    section: '6.4',
    name: 'RST_STREAM on stream 0',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.rstStream, 0, 0, u32(8))),
  },
  {
    section: '6.4',
    name: 'RST_STREAM on an idle stream',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.rstStream, 0, 1, u32(8))),
  },
  {
    section: '6.4',
    name: 'RST_STREAM of three bytes',
    verdict: connection('FRAME_SIZE_ERROR'),
    does: send(open, frame(types.rstStream, 0, 1, Buffer.alloc(3))),
  },
  {
    section: '6.5',
    name: 'SETTINGS with ACK and content',
    verdict: connection('FRAME_SIZE_ERROR'),
    does: send(frame(types.settings, 1, 0, Buffer.alloc(6))),
  },
  {
    section: '6.5',
    name: 'SETTINGS on a stream',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.settings, 0, 1, '')),
  },
  {
    section: '6.5',
    name: 'SETTINGS of three bytes',
    verdict: connection('FRAME_SIZE_ERROR'),
    does: send(frame(types.settings, 0, 0, Buffer.alloc(3))),
  },
  {
    section: '6.5.2',
    name: 'ENABLE_PUSH of 2',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(settings([2, 2])),
  },
  {
    section: '6.5.2',
    name: 'INITIAL_WINDOW_SIZE beyond its bound',
    verdict: connection('FLOW_CONTROL_ERROR'),
    does: send(settings([4, 0x80_00_00_00])),
  },
  {
    section: '6.5.2',
    name: 'MAX_FRAME_SIZE below its bound',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(settings([5, 16_383])),
  },
  {
    section: '6.5.2',
    name: 'MAX_FRAME_SIZE beyond its bound',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(settings([5, 0x01_00_00_00])),
  },
  {
    section: '6.5.2',
    name: 'a setting that nobody knows',
    verdict: fine,
    does: send(settings([0xff, 1]), headers(1)),
  },
  {
    section: '6.5.3',
    name: 'SETTINGS are acknowledged',
    verdict: fine,
    does: async (wire) => {
      wire.send(settings([3, 100]));
      await wire.until(
        'two acknowledgements',
        ({ frames: all }) =>
          all.filter(({ type, flags: set }) => type === types.settings && set === 1).length === 2,
      );
      wire.send(headers(1));
    },
  },
  {
    section: '6.6',
    name: 'PUSH_PROMISE of a client',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.pushPromise, 4, 1, Buffer.concat([u32(2), block(get)]))),
  },
  {
    section: '6.7',
    name: 'PING is answered with what it said',
    verdict: fine,
    does: async (wire) => {
      wire.send(frame(types.ping, 0, 0, 'blindspo'));
      await wire.until('its answer', ({ frames: all }) =>
        all.some(
          ({ type, flags: set, payload }) =>
            type === types.ping && set === 1 && payload.toString() === 'blindspo',
        ),
      );
      wire.send(headers(1));
    },
  },
  {
    section: '6.7',
    name: 'PING on a stream',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.ping, 0, 1, '12345678')),
  },
  {
    section: '6.7',
    name: 'PING of six bytes',
    verdict: connection('FRAME_SIZE_ERROR'),
    does: send(frame(types.ping, 0, 0, '123456')),
  },
  {
    section: '6.8',
    name: 'GOAWAY on a stream',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.goaway, 0, 1, u32(0, 0))),
  },
  {
    section: '6.9',
    name: 'WINDOW_UPDATE of nothing',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.windowUpdate, 0, 0, u32(0))),
  },
  {
    section: '6.9',
    name: 'WINDOW_UPDATE of nothing on a stream',
    verdict: stream('PROTOCOL_ERROR'),
    does: send(open, frame(types.windowUpdate, 0, 1, u32(0))),
  },
  {
    section: '6.9',
    name: 'WINDOW_UPDATE of three bytes',
    verdict: connection('FRAME_SIZE_ERROR'),
    does: send(frame(types.windowUpdate, 0, 0, Buffer.alloc(3))),
  },
  {
    section: '6.9.1',
    name: 'a window beyond its bound',
    verdict: connection('FLOW_CONTROL_ERROR'),
    does: send(
      frame(types.windowUpdate, 0, 0, u32(0x7f_ff_ff_ff)),
      frame(types.windowUpdate, 0, 0, u32(0x7f_ff_ff_ff)),
    ),
  },
  {
    section: '6.9.1',
    name: 'a window of a stream beyond its bound',
    verdict: stream('FLOW_CONTROL_ERROR'),
    does: send(
      open,
      frame(types.windowUpdate, 0, 1, u32(0x7f_ff_ff_ff)),
      frame(types.windowUpdate, 0, 1, u32(0x7f_ff_ff_ff)),
    ),
  },
  {
    section: '6.9.2',
    name: 'SETTINGS that push a window beyond its bound',
    verdict: connection('FLOW_CONTROL_ERROR'),
    does: send(open, frame(types.windowUpdate, 0, 1, u32(0x7f_ff_00_00)), settings([4, 0x7f_ff_ff_ff])),
  },
  {
    section: '6.9.2',
    name: 'a window of one byte, and then of more',
    verdict: fine,
    settings: settings([4, 1]),
    does: async (wire) => {
      wire.send(headers(1));
      await wire.until('one byte', (heard) => heard.body(1).length === 1);
      wire.send(settings([4, 0]), frame(types.windowUpdate, 0, 1, u32(1)));
      wire.send(settings([4, 65_535]));
    },
  },
  {
    section: '6.10',
    name: 'a header block in three frames',
    verdict: fine,
    does: send(
      frame(types.headers, 1, 1, first),
      frame(types.continuation, 0, 1, rest.subarray(0, 5)),
      frame(types.continuation, 4, 1, rest.subarray(5)),
    ),
  },
  {
    section: '6.10',
    name: 'DATA in place of CONTINUATION',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.headers, 0, 1, first), frame(types.data, 1, 1, 'x')),
  },
  {
    section: '6.10',
    name: 'CONTINUATION on stream 0',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.headers, 1, 1, first), frame(types.continuation, 4, 0, rest)),
  },
  {
    section: '6.10',
    name: 'CONTINUATION after END_HEADERS',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(open, frame(types.continuation, 4, 1, block([['x', '1']]))),
  },
  {
    section: '6.10',
    name: 'CONTINUATION without HEADERS',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.continuation, 4, 1, block(get))),
  },
  {
    section: '7',
    name: 'GOAWAY with a code that nobody knows',
    verdict: { is: 'fine', orClosed: true },
    does: send(headers(1), frame(types.goaway, 0, 0, u32(0, 0xff))),
  },
  {
    section: '7',
    name: 'RST_STREAM with a code that nobody knows',
    verdict: fine,
    on: 5,
    does: send(headers(3, post, 4), frame(types.rstStream, 0, 3, u32(0xff)), headers(5)),
  },
];
