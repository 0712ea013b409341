import { mutate } from './fuzz.ts';

const second = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n`;

/** Each well-formed; each holds, in its body, what would be a request of its own if a reader took its end for another. */
const seeds = [
  `POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: ${second.length}\r\n\r\n${second}`,
  `POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(second)}\r\n`,
  `POST /both HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(second)}\r\n`,
  `POST /trailers HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n`,
  `GET /plain?x=1 HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n`,
  `GET http://b/absolute HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x\r\nX: 1\r\n\r\n`,
  `PUT /expects HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello`,
  `GET /upgrades HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  `GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`,
  `HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n`,
  `OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n`,
  `DELETE /lists HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc`,
];

const spices = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    '\0',
    '\x0b',
    '\xa0',
    '\x85',
    ':',
    ',',
    ';',
    '"',
    '0',
    '-',
    '+',
    'x',
  ],
  ...[
    'chunked',
    'Chunked,',
    'identity',
    'gzip, ',
    'close',
    'HTTP/1.0',
    'HTTP/1.1',
    '#',
    '?',
    '/',
    '//',
    '%0d%0a',
  ],
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding : x\r\n',
  'Transfer_Encoding: chunked\r\n',
  'Connection: Content-Length, Transfer-Encoding, Host\r\n',
  'Host: b\r\n',
  'Trailer: Content-Length\r\n',
  ' folded: yes\r\n',
  '0\r\n\r\n',
  second,
];

const pick = <T>(list: readonly T[], random: () => number): T | undefined =>
  list[Math.floor(random() * list.length)];

/** What a client says on one connection: one to three requests, changed by words of HTTP, by bytes, or by both. */
export function mutatedRequests(random: () => number): Buffer {
  let text = '';
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) text += pick(seeds, random) ?? '';
  const kind = random();
  if (kind < 0.75) {
    for (let edits = Math.floor(random() * 4); edits > 0; edits--) {
      const at = Math.floor(random() * text.length);
      text = text.slice(0, at) + (pick(spices, random) ?? '') + text.slice(at + (random() < 0.5 ? 1 : 0));
    }
  }
  const bytes = Buffer.from(text, 'latin1');
  return kind < 0.5 ? bytes : mutate(bytes, random);
}
