import { describe, expect, it } from 'vitest';
import { readAll } from './read.ts';

const h = 'Host: a\r\n';
const bytes = (text: string) => Buffer.from(text, 'latin1');
const whole = (text: string, settings = {}) => readAll([bytes(text)], settings);

/** Name, bytes, and what comes of them: the messages' bodies, or the problem. */
const cases: readonly (readonly [
  name: string,
  text: string,
  bodies: readonly string[],
  problem: string | null,
])[] = [
  ['a plain request', `GET / HTTP/1.1\r\n${h}\r\n`, [''], null],
  ['empty lines before it', `\r\n\r\nGET / HTTP/1.1\r\n${h}\r\n`, [''], null],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: a\n\n', [''], null],
  ['a length', `POST / HTTP/1.1\r\n${h}Content-Length: 5\r\n\r\nhello`, ['hello'], null],
  ['a length of zero', `POST / HTTP/1.1\r\n${h}Content-Length: 0\r\n\r\n`, [''], null],
  [
    'two requests',
    `POST /a HTTP/1.1\r\n${h}Content-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n${h}\r\n`,
    ['hi', ''],
    null,
  ],
  ['equal lengths', `POST / HTTP/1.1\r\n${h}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`, ['hi'], null],
  ['a list of equal lengths', `POST / HTTP/1.1\r\n${h}Content-Length: 2, 2\r\n\r\nhi`, ['hi'], null],
  [
    'chunks',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`,
    ['abc0123456789'],
    null,
  ],
  [
    'chunk extensions',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: Chunked\r\n\r\n2;a=b;c="d"\r\nhi\r\n0 ;x\r\n\r\n`,
    ['hi'],
    null,
  ],
  [
    'trailers',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\nHost: evil\r\n\r\n`,
    ['x'],
    null,
  ],
  [
    'both framings: chunks count',
    `POST / HTTP/1.1\r\n${h}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    ['hi'],
    null,
  ],
  [
    'different lengths',
    `POST / HTTP/1.1\r\n${h}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi`,
    [],
    '400 MultipleContentLength',
  ],
  ['a signed length', `POST / HTTP/1.1\r\n${h}Content-Length: +2\r\n\r\nhi`, [], '400 BadContentLength'],
  [
    'a length in hexadecimal',
    `POST / HTTP/1.1\r\n${h}Content-Length: 0x2\r\n\r\nhi`,
    [],
    '400 BadContentLength',
  ],
  ['an empty length', `POST / HTTP/1.1\r\n${h}Content-Length:\r\n\r\n`, [], '400 BadContentLength'],
  [
    'a length beyond counting',
    `POST / HTTP/1.1\r\n${h}Content-Length: 9999999999999999\r\n\r\n`,
    [],
    '400 BadContentLength',
  ],
  [
    'chunked twice',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    [],
    '400 MultipleTransferEncodingChunked',
  ],
  [
    'chunked, but not last',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked, gzip\r\n\r\n`,
    [],
    '400 BadTransferEncoding',
  ],
  [
    'no chunked at all',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: identity\r\n\r\n`,
    [],
    '400 BadTransferEncoding',
  ],
  [
    'another coding',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    [],
    '501 a transfer coding besides chunked',
  ],
  [
    'chunked with a vertical tab',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: \x0bchunked\r\n\r\n`,
    [],
    '400 BadHeader',
  ],
  [
    'a space before the colon',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding : chunked\r\n\r\n`,
    [],
    '400 BadHeader',
  ],
  ['a folded line', `GET / HTTP/1.1\r\n${h}X: a\r\n b\r\n\r\n`, [], '400 BadHeader'],
  ['a fold in the first line', `GET / HTTP/1.1\r\n Host: a\r\n\r\n`, [], '400 BadHeader'],
  ['a bare CR in a value', `GET / HTTP/1.1\r\n${h}X: a\rb\r\n\r\n`, [], '400 BadHeader'],
  ['a NUL in a value', `GET / HTTP/1.1\r\n${h}X: a\0b\r\n\r\n`, [], '400 BadHeader'],
  ['a line without a colon', `GET / HTTP/1.1\r\n${h}nonsense\r\n\r\n`, [], '400 BadHeader'],
  ['an empty name', `GET / HTTP/1.1\r\n${h}: x\r\n\r\n`, [], '400 BadHeader'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', [], '400 BadHeader'],
  ['two Hosts', `GET / HTTP/1.1\r\n${h}${h}\r\n`, [], '400 BadHeader'],
  ['a Host that is none', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', [], '400 BadHeader'],
  ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', [''], null],
  ['no version', 'GET /\r\n\r\n', [], '400 BadVersion'],
  ['HTTP/2 in words', `GET / HTTP/2.0\r\n${h}\r\n`, [], '505 HTTP/2'],
  ['a space in the path', `GET /a b HTTP/1.1\r\n${h}\r\n`, [], '400 BadUri'],
  ['a tab for a space', `GET\t/ HTTP/1.1\r\n${h}\r\n`, [], '400 BadVersion'],
  ['a method that is no token', `G(T / HTTP/1.1\r\n${h}\r\n`, [], '400 BadMethod'],
  ['CONNECT', `CONNECT a:443 HTTP/1.1\r\n${h}\r\n`, [], '405 CONNECT'],
  ['a star for GET', `GET * HTTP/1.1\r\n${h}\r\n`, [], '400 BadUri'],
  ['a star for OPTIONS', `OPTIONS * HTTP/1.1\r\n${h}\r\n`, [''], null],
  ['a fragment', `GET /a#b HTTP/1.1\r\n${h}\r\n`, [], '400 BadUri'],
  ['a user in the URI', `GET http://me@a/ HTTP/1.1\r\n${h}\r\n`, [], '400 BadUri'],
  [
    'a chunk size with a sign',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n+2\r\nhi\r\n0\r\n\r\n`,
    [''],
    '400 BadTransferEncoding',
  ],
  [
    'a chunk size with 0x',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n`,
    [''],
    '400 BadTransferEncoding',
  ],
  [
    'a chunk size that overflows',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
    [''],
    '400 BadTransferEncoding',
  ],
  [
    'a chunk size that ends in LF',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n`,
    [''],
    '400 BadTransferEncoding',
  ],
  [
    'a chunk longer than its size',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n2\r\nhix\r\n0\r\n\r\n`,
    ['hi'],
    '400 BadTransferEncoding',
  ],
  [
    'a bare CR in an extension',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\nhi\r\n0\r\n\r\n`,
    [''],
    '400 BadTransferEncoding',
  ],
  [
    'a trailer that is no field',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n`,
    [''],
    '400 BadHeader',
  ],
  [
    'a long request line',
    `GET /${'a'.repeat(200)} HTTP/1.1\r\n${h}\r\n`,
    [],
    '414 the request line is too long',
  ],
  [
    'a long field',
    `GET / HTTP/1.1\r\n${h}X: ${'a'.repeat(300)}\r\n\r\n`,
    [],
    '431 a header field is too long',
  ],
  ['many fields', `GET / HTTP/1.1\r\n${h}${'X: 1\r\n'.repeat(20)}\r\n`, [], '431 too many header fields'],
  ['a large body', `POST / HTTP/1.1\r\n${h}Content-Length: 21\r\n\r\n`, [''], '413 the body is too large'],
  [
    'a large body in chunks',
    `POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n10\r\n0123456789abcdef\r\n`,
    ['0123456789abcdef0123'],
    '413 the body is too large',
  ],
];
const small = { requestLineBytes: 100, fieldBytes: 200, fields: 10, bodyBytes: 20, headBytes: 500 };

describe('reading requests', () => {
  it.each(cases)('%s', (_, text, bodies, problem) => {
    const read = whole(text, small);
    expect(read.problem).toBe(problem);
    expect(read.messages.map(({ body }) => body)).toEqual(bodies);
    expect(read.midway).toBe(false);
  });

  it.each(cases)('%s, cut at every byte, and byte by byte', (_, text) => {
    const all = bytes(text);
    const expected = whole(text, small);
    for (let cut = 1; cut < all.length; cut++) {
      expect(readAll([all.subarray(0, cut), all.subarray(cut)], small)).toEqual(expected);
    }
    expect(
      readAll(
        [...all].map((byte) => Buffer.of(byte)),
        small,
      ),
    ).toEqual(expected);
  });

  it('gives trailers, but none that frame or route', () => {
    const [message] = whole(cases.find(([name]) => name === 'trailers')?.[1] ?? '').messages;
    expect(message?.trailers).toEqual(['A=b', '.']);
  });

  it.each([
    ['http://b:81/x?y', '/x?y b:81 1.1'],
    ['http://b', '/ b 1.1'],
    ['http://b?q', '/?q b 1.1'],
  ])('an absolute target %s counts, whatever Host says', (target, line) => {
    expect(whole(`GET ${target} HTTP/1.1\r\n${h}\r\n`).messages[0]?.line).toBe(`GET ${line}`);
  });

  it.each([
    ['GetHeadZeroContentLength', `GET / HTTP/1.1\r\n${h}Content-Length: 0\r\n\r\n`],
    ['UndefinedContentLengthSemantics', `GET / HTTP/1.1\r\n${h}Content-Length: 1\r\n\r\nx`],
    [
      'UndefinedTransferEncodingSemantics',
      `GET / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'BothTeClPresent',
      `POST / HTTP/1.1\r\n${h}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['DuplicateContentLength', `POST / HTTP/1.1\r\n${h}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`],
    ['TransferEncodingInHttp10', `POST / HTTP/1.0\r\n${h}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['SuspiciousHeader', `POST / HTTP/1.1\r\n${h}Transfer_Encoding: chunked\r\n\r\n`],
    ['AmbiguousUri', `GET /\xe9 HTTP/1.1\r\n${h}\r\n`],
    ['NonCompliantHeader', `GET / HTTP/1.1\r\n${h}X: \xe9\r\n\r\n`],
    ['NonCompliantVersion', `GET / HTTP/1.2\r\n${h}\r\n`],
    ['BareLineFeed', `GET / HTTP/1.1\r\nHost: a\n\r\n`],
  ])('doubts: %s', (doubt, text) => {
    expect(whole(text).messages[0]?.desync).toEqual([doubt]);
  });

  it('holds no more of an endless head than its limits', () => {
    const line = whole(`GET /${'a'.repeat(100_000)}`);
    expect(line.problem).toBe('414 the request line is too long');
    const field = whole(`GET / HTTP/1.1\r\nX: ${'a'.repeat(100_000)}`);
    expect(field.problem).toBe('431 the header is too long');
  });
});
