import type { HttpScript } from '../http-script.ts';
import { usual } from '../http-script.ts';

/** The key and its answer are those of RFC 6455 section 1.3. */
export const upgrade =
  'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
export const switching =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';
const expecting = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';
const echo: HttpScript['tunnel'] = (bytes, socket) => void socket.write(`<${bytes}>`, 'latin1');

/** What is said between one hop and the next: 1xx, trailers, upgrades, and fields that end here (RFC 9110). */
export const hops = {
  '103 before the answer': {
    send: ['GET /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    show: ['link'],
    answer: () => `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${usual('hello')}`,
    until: { answers: 2 },
  },
  '103 to HTTP/1.0': {
    send: ['GET /a HTTP/1.0\r\nHost: a\r\n\r\n'],
    answer: () => `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${usual('hello')}`,
    until: { answers: 1 },
  },
  'Expect, and the target says 100': {
    send: [expecting, { after: 1, say: 'hello' }],
    show: ['expect'],
    early: () => 'HTTP/1.1 100 Continue\r\n\r\n',
  },
  'Expect, and the target says no at once': {
    send: [expecting],
    early: (_head, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nX-From: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
      return null;
    },
    until: { answers: 1 },
  },
  'an expectation that nobody knows': {
    send: ['GET /a HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n'],
    show: ['expect'],
    until: { answers: 1 },
  },
  'trailers of a request': {
    send: [
      'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\nConnection: TE\r\n\r\n' +
        '5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
    ],
  },
  'trailers of an answer': {
    send: ['GET /a HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n'],
    answer: () =>
      'HTTP/1.1 200 OK\r\nX-From: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
  },
  'a trailer that would frame': {
    send: [
      'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nContent-Length: 7\r\nHost: b\r\n\r\n',
    ],
  },
  'fields of one hop': {
    send: [
      'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close, X-One\r\nX-One: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: gzip\r\n\r\n',
    ],
    show: ['x-one', 'keep-alive', 'proxy-connection', 'te'],
    until: { answers: 1 },
  },
  'an answer that names fields of one hop': {
    send: ['GET /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    show: ['x-one', 'keep-alive', 'proxy-connection'],
    answer: () => usual('hello', 'Connection: X-One\r\nX-One: 1\r\nKeep-Alive: timeout=5\r\n'),
  },
  'an upgrade, and bytes both ways': {
    send: [upgrade, { after: 1, say: 'ping' }],
    show: ['upgrade'],
    answer: () => switching,
    tunnel: echo,
    until: { answers: 2 },
  },
  'an upgrade, and bytes with the 101': {
    send: [upgrade],
    answer: () => `${switching}hello`,
    until: { answers: 2 },
  },
  'an upgrade that the target does not want': {
    send: [upgrade],
    answer: () => usual('plain'),
  },
  'an upgrade that the target refuses': {
    send: [upgrade],
    answer: () => 'HTTP/1.1 426 Upgrade Required\r\nX-From: b\r\nContent-Length: 2\r\n\r\nno',
  },
  'a 101 that nobody asked for': {
    send: ['GET /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    answer: () => `${switching}hello`,
    until: { answers: 1 },
  },
  'Upgrade without Connection': {
    send: ['GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n'],
    show: ['upgrade'],
  },
  'an upgrade to h2c': {
    send: [
      'GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
    ],
    show: ['upgrade', 'http2-settings'],
  },
} satisfies Record<string, HttpScript>;
