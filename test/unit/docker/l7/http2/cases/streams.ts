import { block, flags, frame, get, headers, post, types, u32 } from '../../../../../support/http2-wire.ts';
import type { Http2Wire } from '../../../../../support/http2-wire.ts';
import { connection, fine, malformed, stream } from './case.ts';
import type { Case } from './case.ts';

const send =
  (...frames: readonly Buffer[]) =>
  (wire: Http2Wire): void =>
    wire.send(...frames);
const open = headers(1, post, flags.endHeaders);
const data = (text: string, end = true) => frame(types.data, end ? 1 : 0, 1, text);
const trailers = (fields: readonly (readonly [string, string])[], flag = 5) => headers(1, fields, flag);
const asking = (fields: readonly (readonly [string, string])[]) => send(headers(1, fields));
const without = (name: string) => get.filter(([one]) => one !== name);

/** The life of streams, and what is said on them: RFC 9113 sections 5 and 8. */
export const streams: readonly Case[] = [
  {
    section: '5.1',
    name: 'DATA on an idle stream',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(data('x')),
  },
  {
    section: '5.1',
    name: 'WINDOW_UPDATE on an idle stream',
    verdict: connection('PROTOCOL_ERROR'),
    does: send(frame(types.windowUpdate, 0, 1, u32(1))),
  },
  {
    section: '5.1',
    name: 'DATA after END_STREAM',
    verdict: stream('STREAM_CLOSED'),
    does: send(open, data('x'), data('y')),
  },
  {
    section: '5.1',
    name: 'HEADERS after END_STREAM',
    verdict: stream('STREAM_CLOSED'),
    does: send(open, data('x'), trailers([['x', '1']])),
  },
  {
    section: '5.1',
    name: 'CONTINUATION after END_STREAM',
    verdict: connection('STREAM_CLOSED', 'PROTOCOL_ERROR'),
    does: send(open, data('x'), frame(types.continuation, 4, 1, block([['x', '1']]))),
  },
  {
    section: '5.1',
    name: 'DATA after RST_STREAM',
    verdict: stream('STREAM_CLOSED'),
    does: send(open, frame(types.rstStream, 0, 1, u32(8)), data('x')),
  },
  {
    section: '5.1',
    name: 'HEADERS after RST_STREAM',
    verdict: stream('STREAM_CLOSED', 'PROTOCOL_ERROR'),
    does: send(open, frame(types.rstStream, 0, 1, u32(8)), headers(1)),
  },
  {
    section: '5.1',
    name: 'WINDOW_UPDATE and RST_STREAM on a stream that is over',
    verdict: fine,
    on: 5,
    does: async (wire) => {
      wire.send(headers(3));
      await wire.until('its answer', (heard) => heard.ended(3));
      wire.send(frame(types.windowUpdate, 0, 3, u32(1)), frame(types.rstStream, 0, 3, u32(8)), headers(5));
    },
  },
  { section: '5.1.1', name: 'an even stream', verdict: connection('PROTOCOL_ERROR'), does: send(headers(2)) },
  {
    section: '5.1.1',
    name: 'a stream that is older than the last',
    verdict: connection('PROTOCOL_ERROR', 'STREAM_CLOSED'),
    does: send(headers(5), headers(3)),
  },
  {
    section: '5.1.2',
    name: 'more streams at once than may be',
    verdict: stream('PROTOCOL_ERROR', 'REFUSED_STREAM'),
    on: 21,
    does: (wire) => {
      const slow = [...post.filter(([name]) => name !== ':path'), [':path', '/slow']] as const;
      // The proxy under test allows ten.
      for (let id = 1; id <= 21; id += 2) wire.send(headers(id, slow, flags.endHeaders));
    },
  },
  {
    section: '5.4.1',
    name: 'a connection closes after its error',
    verdict: connection('PROTOCOL_ERROR'),
    does: async (wire) => {
      wire.send(frame(types.ping, 0, 1, '12345678'));
      await wire.until('the end', ({ closed }) => closed);
    },
  },

  {
    section: '8.1',
    name: 'a body, and trailers',
    verdict: fine,
    does: send(open, data('x', false), trailers([['x-sum', '1']])),
  },
  {
    section: '8.1',
    name: 'trailers that do not end the stream',
    verdict: malformed,
    does: send(open, data('x', false), trailers([['x-sum', '1']], 4), data('y')),
  },
  {
    section: '8.1.1',
    name: 'a length that is less than its DATA',
    verdict: malformed,
    does: send(headers(1, [...post, ['content-length', '1']], 4), data('xy')),
  },
  {
    section: '8.1.1',
    name: 'a length that is more than its DATA',
    verdict: malformed,
    does: send(headers(1, [...post, ['content-length', '3']], 4), data('x', false), data('y')),
  },
  {
    section: '8.1.1',
    name: 'a length, and no DATA at all',
    verdict: malformed,
    does: asking([...post, ['content-length', '1']]),
  },
  {
    section: '8.1.1',
    name: 'a length that is none',
    verdict: malformed,
    does: send(headers(1, [...post, ['content-length', '+1']], 4), data('x')),
  },
  {
    section: '8.1.1',
    name: 'two lengths',
    verdict: malformed,
    does: send(headers(1, [...post, ['content-length', '1'], ['content-length', '2']], 4), data('x')),
  },
  {
    section: '8.2.1',
    name: 'a capital in a name',
    verdict: malformed,
    does: asking([...get, ['X-One', '1']]),
  },
  { section: '8.2.1', name: 'a space in a name', verdict: malformed, does: asking([...get, ['x one', '1']]) },
  { section: '8.2.1', name: 'a colon in a name', verdict: malformed, does: asking([...get, ['x:one', '1']]) },
  { section: '8.2.1', name: 'an empty name', verdict: malformed, does: asking([...get, ['', '1']]) },
  {
    section: '8.2.1',
    name: 'a name beyond ASCII',
    verdict: malformed,
    does: asking([...get, ['x\xe9', '1']]),
  },
  {
    section: '8.2.1',
    name: 'CR and LF in a value',
    verdict: malformed,
    does: asking([...get, ['x', 'a\r\nHost: b']]),
  },
  { section: '8.2.1', name: 'NUL in a value', verdict: malformed, does: asking([...get, ['x', 'a\0b']]) },
  {
    section: '8.2.1',
    name: 'a value with a space at its end',
    verdict: malformed,
    does: asking([...get, ['x', 'a ']]),
  },
  {
    section: '8.2.1',
    name: 'CR and LF in a path',
    verdict: malformed,
    does: asking([...without(':path'), [':path', '/ HTTP/1.1\r\nX: 1']]),
  },
  {
    section: '8.2.2',
    name: 'Connection',
    verdict: malformed,
    does: asking([...get, ['connection', 'close']]),
  },
  {
    section: '8.2.2',
    name: 'Transfer-Encoding',
    verdict: malformed,
    does: asking([...get, ['transfer-encoding', 'chunked']]),
  },
  { section: '8.2.2', name: 'Keep-Alive', verdict: malformed, does: asking([...get, ['keep-alive', '1']]) },
  {
    section: '8.2.2',
    name: 'Proxy-Connection',
    verdict: malformed,
    does: asking([...get, ['proxy-connection', 'close']]),
  },
  { section: '8.2.2', name: 'Upgrade', verdict: malformed, does: asking([...get, ['upgrade', 'websocket']]) },
  { section: '8.2.2', name: 'TE: trailers', verdict: fine, does: asking([...get, ['te', 'trailers']]) },
  {
    section: '8.2.2',
    name: 'TE: gzip',
    verdict: malformed,
    does: asking([...get, ['te', 'trailers, gzip']]),
  },
  {
    section: '8.2.3',
    name: 'Cookie in two fields',
    verdict: fine,
    does: asking([...get, ['cookie', 'a=1'], ['cookie', 'b=2']]),
  },
  {
    section: '8.3',
    name: 'a pseudo field that nobody knows',
    verdict: malformed,
    does: asking([...get, [':x', '1']]),
  },
  {
    section: '8.3',
    name: 'a pseudo field of answers',
    verdict: malformed,
    does: asking([...get, [':status', '200']]),
  },
  {
    section: '8.3',
    name: 'a pseudo field in trailers',
    verdict: malformed,
    does: send(open, data('x', false), trailers([[':method', 'GET']])),
  },
  {
    section: '8.3',
    name: 'a pseudo field after others',
    verdict: malformed,
    does: asking([...without(':path'), ['x', '1'], [':path', '/']]),
  },
  {
    section: '8.3.1',
    name: 'an empty path',
    verdict: malformed,
    does: asking([...without(':path'), [':path', '']]),
  },
  {
    section: '8.3.1',
    name: 'a path that does not begin with a slash',
    verdict: malformed,
    does: asking([...without(':path'), [':path', 'a']]),
  },
  { section: '8.3.1', name: 'no method', verdict: malformed, does: asking(without(':method')) },
  { section: '8.3.1', name: 'no scheme', verdict: malformed, does: asking(without(':scheme')) },
  { section: '8.3.1', name: 'no path', verdict: malformed, does: asking(without(':path')) },
  { section: '8.3.1', name: 'two methods', verdict: malformed, does: asking([[':method', 'GET'], ...get]) },
  { section: '8.3.1', name: 'two schemes', verdict: malformed, does: asking([[':scheme', 'http'], ...get]) },
  { section: '8.3.1', name: 'two paths', verdict: malformed, does: asking([[':path', '/'], ...get]) },
  {
    section: '8.3.1',
    name: 'two authorities',
    verdict: malformed,
    does: asking([[':authority', 'b'], ...get]),
  },
  {
    section: '8.3.1',
    name: 'Host and no authority',
    verdict: fine,
    does: asking([...without(':authority'), ['host', 'a']]),
  },
  {
    section: '8.3.1',
    name: 'Host that is not the authority',
    verdict: malformed,
    does: asking([...get, ['host', 'b']]),
  },
  {
    section: '8.3.1',
    name: 'an authority with somebody in it',
    verdict: malformed,
    does: asking([...without(':authority'), [':authority', 'me@a']]),
  },
  {
    section: '8.5',
    name: 'CONNECT',
    verdict: { is: 'status', status: 405 },
    does: asking([
      [':method', 'CONNECT'],
      [':authority', 'a:443'],
    ]),
  },
];
