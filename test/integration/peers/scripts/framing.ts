import type { HttpScript } from '../http-script.ts';
import { usual } from '../http-script.ts';

const get = (more = '', target = '/a') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const post = (more: string, body: string) => `POST /a HTTP/1.1\r\nHost: a\r\n${more}\r\n${body}`;
const say = (send: string): HttpScript => ({ send: [send] });
const chunked = 'Transfer-Encoding: chunked\r\n';

/** How long a message is, and what is no message at all (RFC 9112 sections 2 to 7). */
export const requests = {
  'a plain GET': say(get()),
  'a body with a length': say(post('Content-Length: 5\r\n', 'hello')),
  'a body in chunks': say(post(chunked, '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n')),
  'an empty body in chunks': say(post(chunked, '0\r\n\r\n')),
  'a chunk extension': say(post(chunked, '5;a=b\r\nhello\r\n0;c\r\n\r\n')),
  'a chunk size with leading zeros': say(post(chunked, '0005\r\nhello\r\n0\r\n\r\n')),
  'a chunk size in capitals': say(post(chunked, 'A\r\n0123456789\r\n0\r\n\r\n')),
  pipelined: { send: [get() + get('', '/b')], until: { answers: 2 } },
  'empty lines before a request': say(`\r\n\r\n${get()}`),
  'HTTP/1.0': { send: ['GET /a HTTP/1.0\r\nHost: a\r\n\r\n'], until: { answers: 1 } },
  HEAD: {
    send: ['HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    show: ['content-length'],
    answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n',
  },
  'an unknown method': say('BREW /a HTTP/1.1\r\nHost: a\r\n\r\n'),
  'the absolute form, and another Host': {
    send: ['GET http://b.lab/a?q HTTP/1.1\r\nHost: a\r\n\r\n'],
    show: ['host'],
  },
  'OPTIONS *': say('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'),

  'both lengths and chunks': say(post(`Content-Length: 5\r\n${chunked}`, '5\r\nhello\r\n0\r\n\r\n')),
  'two equal lengths': say(post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello')),
  'two lengths in a list': say(post('Content-Length: 5, 5\r\n', 'hello')),
  'two different lengths': say(post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!')),
  'a length with a sign': say(post('Content-Length: +5\r\n', 'hello')),
  'a negative length': say(post('Content-Length: -5\r\n', 'hello')),
  'a length in hexadecimal': say(post('Content-Length: 0x5\r\n', 'hello')),
  'a length with spaces inside': say(post('Content-Length: 5 5\r\n', 'hello')),
  'an empty length': say(post('Content-Length:\r\n', '')),
  'a length beyond all bounds': say(post('Content-Length: 99999999999999999999999\r\n', 'hello')),
  'chunked twice': say(post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n')),
  'chunked is not the last': say(post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n')),
  'a coding that is unknown': say(post('Transfer-Encoding: cow\r\n', '0\r\n\r\n')),
  'gzip, chunked': say(post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')),
  'chunked behind a vertical tab': say(post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n')),
  'a space before the colon': say(post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')),
  'a folded line': say(get('X: 1\r\n 2\r\n')),
  'a folded line at once': say(`GET /a HTTP/1.1\r\n X: 1\r\nHost: a\r\n\r\n`),
  'a line without a colon': say(get('nonsense\r\n')),
  'an empty name': say(get(': x\r\n')),
  'a NUL in a value': say(get('X: a\0b\r\n')),
  'a bare CR in a value': say(get('X: a\rb\r\n')),
  'bare LF as line ends': say('GET /a HTTP/1.1\nHost: a\n\n'),
  'a space inside a name': say(get('X Y: 1\r\n')),
  'chunks in HTTP/1.0': {
    send: [`POST /a HTTP/1.0\r\nHost: a\r\n${chunked}\r\n5\r\nhello\r\n0\r\n\r\n`],
    until: { answers: 1 },
  },
  'a chunk size that is none': say(post(chunked, 'x\r\nhello\r\n0\r\n\r\n')),
  'a chunk size with a sign': say(post(chunked, '+5\r\nhello\r\n0\r\n\r\n')),
  'a chunk size in 0x form': say(post(chunked, '0x5\r\nhello\r\n0\r\n\r\n')),
  'a chunk size beyond all bounds': say(post(chunked, '10000000000000005\r\nhello\r\n0\r\n\r\n')),
  'a chunk longer than its size': say(post(chunked, '3\r\nhello\r\n0\r\n\r\n')),
  'a chunk size line without CR': say(post(chunked, '5\nhello\r\n0\r\n\r\n')),
  'a bare LF in a chunk extension': say(post(chunked, '5;a\nb\r\nhello\r\n0\r\n\r\n')),
  'no Host': say('GET /a HTTP/1.1\r\n\r\n'),
  'two Hosts': say(get('Host: b\r\n')),
  'a Host that is none': say('GET /a HTTP/1.1\r\nHost: a b\r\n\r\n'),
  'a Host with a path': say('GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n'),
  CONNECT: say('CONNECT b.lab:443 HTTP/1.1\r\nHost: b.lab:443\r\n\r\n'),
  'HTTP/2.0 in a request line': say('GET /a HTTP/2.0\r\nHost: a\r\n\r\n'),
  'HTTP/1.2': { send: ['GET /a HTTP/1.2\r\nHost: a\r\n\r\n'] },
  'a version in small letters': say('GET /a http/1.1\r\nHost: a\r\n\r\n'),
  'two spaces in a request line': say('GET  /a HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a space in a target': say('GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a tab in a request line': say('GET\t/a\tHTTP/1.1\r\nHost: a\r\n\r\n'),
  'a target without a slash': say('GET a HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a fragment in a target': say('GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a method that is no token': say('G(T /a HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a body on a GET': say(`GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello`),
} satisfies Record<string, HttpScript>;

const answered = (answer: string, then = true): HttpScript => ({
  send: [get()],
  answer: (_asked, socket) => {
    socket.write(answer, 'latin1');
    if (!then) socket.end();
    return null;
  },
});

/** The same, of answers. */
export const answers = {
  'an answer in chunks': answered(`HTTP/1.1 200 OK\r\nX-From: b\r\n${chunked}\r\n5\r\nhello\r\n0\r\n\r\n`),
  'an answer that ends with its connection': answered(`HTTP/1.1 200 OK\r\nX-From: b\r\n\r\nhello`, false),
  'an answer of HTTP/1.0': answered(`HTTP/1.0 200 OK\r\nX-From: b\r\n\r\nhello`, false),
  '204 with a length': answered('HTTP/1.1 204 No Content\r\nX-From: b\r\n\r\n'),
  '304 with a length': {
    ...answered('HTTP/1.1 304 Not Modified\r\nX-From: b\r\nContent-Length: 100\r\n\r\n'),
  },
  'a status that nobody knows': answered(usual('hello').replace('200 OK', '299 Fine')),
  'an answer without a reason': answered(usual('hello').replace('200 OK', '200')),
  'an answer with both framings': answered(
    `HTTP/1.1 200 OK\r\nX-From: b\r\nContent-Length: 3\r\n${chunked}\r\n5\r\nhello\r\n0\r\n\r\n`,
  ),
  'an answer with two lengths': answered(
    'HTTP/1.1 200 OK\r\nX-From: b\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
  ),
  'an answer with a length that is none': answered(
    'HTTP/1.1 200 OK\r\nX-From: b\r\nContent-Length: x\r\n\r\nhello',
  ),
  'an answer with a coding that is unknown': answered(
    'HTTP/1.1 200 OK\r\nX-From: b\r\nTransfer-Encoding: cow\r\n\r\nhello',
    false,
  ),
  'an answer with a folded line': answered(usual('hello', 'X: 1\r\n 2\r\n')),
  'an answer with a space before the colon': answered(usual('hello', 'X : 1\r\n')),
  'an answer with a NUL': answered(usual('hello', 'X: a\0b\r\n')),
  'what is no answer': answered('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
  'more than an answer': answered(`${usual('hello')}${usual('smuggled')}`),
  'an answer cut in its body': answered(
    'HTTP/1.1 200 OK\r\nX-From: b\r\nContent-Length: 10\r\n\r\nhello',
    false,
  ),
  'an answer cut in its chunks': answered(
    `HTTP/1.1 200 OK\r\nX-From: b\r\n${chunked}\r\n5\r\nhello\r\n`,
    false,
  ),
  'an answer cut in its head': answered('HTTP/1.1 200 OK\r\nX-Fr', false),
} satisfies Record<string, HttpScript>;
