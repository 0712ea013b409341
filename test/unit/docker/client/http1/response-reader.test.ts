import { describe, expect, test } from 'vitest';
import { ResponseReader } from '../../../../../docker/client/http1/response-reader.ts';

function read(text: string, method = 'GET', step = text.length): ResponseReader {
  const reader = new ResponseReader(method, 1000);
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += step) reader.feed(bytes.subarray(at, at + step));
  return reader;
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('a whole response', () => {
  const cases: Record<
    string,
    { text: string; method?: string; status?: number; body?: string; reusable?: boolean }
  > = {
    'by length': { text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', body: 'hello' },
    'of nothing': { text: 'HTTP/1.1 500 Internal\r\ncontent-length: 0\r\n\r\n', status: 500 },
    'without reason': { text: 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n' },
    chunked: { text: `${chunked}5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n`, body: 'hello world' },
    'chunked with trailer': {
      text: `${chunked}A\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n`,
      body: '0123456789',
    },
    'to HEAD': { text: 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n', method: 'HEAD' },
    'without content': { text: 'HTTP/1.1 204 No Content\r\n\r\n', status: 204 },
    'not modified': { text: 'HTTP/1.1 304 Not\r\ncontent-length: 99\r\n\r\n', status: 304 },
    'after interim ones': {
      text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 201 Made\r\ncontent-length: 1\r\n\r\n!',
      status: 201,
      body: '!',
    },
    'that closes': {
      text: 'HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 0\r\n\r\n',
      reusable: false,
    },
    'of HTTP/1.0': { text: 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', reusable: false },
    'of HTTP/1.0 that keeps': {
      text: 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n',
    },
    'with more than was declared': {
      text: 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n!more',
      body: '!',
      reusable: false,
    },
  };
  for (const [name, { text, method, status = 200, body = '', reusable = true }] of Object.entries(cases)) {
    test(name, () => {
      expect(read(text, method)).toMatchObject({ state: 'done', status, body, reusable });
    });
    test(`${name}, byte by byte`, () => {
      expect(read(text, method, 1)).toMatchObject({ state: 'done', status, body });
    });
  }

  test('names its server and how long it keeps a connection', () => {
    const reader = read(
      'HTTP/1.1 200 OK\r\nX-Blindspot-Server: backend-3\r\nKeep-Alive: timeout=5, max=9\r\ncontent-length: 0\r\n\r\n',
    );
    expect(reader).toMatchObject({ server: 'backend-3', idleMs: 5000 });
  });
});

describe('a body that runs to the end of the connection', () => {
  test('is whole only then', () => {
    const reader = read('HTTP/1.1 200 OK\r\n\r\nhello');
    expect(reader.state).toBe('body');
    expect(reader.end()).toBe(true);
    expect(reader).toMatchObject({ state: 'done', body: 'hello', reusable: false });
  });
});

describe('a cut response', () => {
  const cases: Record<string, [string, string]> = {
    'before the first byte': ['', 'nothing'],
    'inside the head': ['HTTP/1.1 200 OK\r\ncontent-le', 'head'],
    'inside a body by length': ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell', 'body'],
    'inside a chunk': [`${chunked}5\r\nhel`, 'body'],
    'before the last chunk': [`${chunked}5\r\nhello\r\n`, 'body'],
    'before the end of the trailer': [`${chunked}0\r\n`, 'body'],
  };
  for (const [name, [text, state]] of Object.entries(cases)) {
    test(name, () => {
      const reader = read(text);
      expect(reader.state).toBe(state);
      expect(reader.end()).toBe(false);
    });
  }
});

describe('not a response', () => {
  const cases: Record<string, string> = {
    'another protocol': 'SSH-2.0-OpenSSH_9.2\r\n',
    'another version': 'HTTP/2 200 OK\r\n\r\n',
    'no status': 'HTTP/1.1 abc\r\n\r\n',
    'a line that is no header': 'HTTP/1.1 200 OK\r\nhello\r\n\r\n',
    'a length that is no number': 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    'length and chunks': 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    'an unknown coding': 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n',
    'a chunk size that is no number': `${chunked}xyz\r\n`,
    'a chunk longer than its size': `${chunked}1\r\nab\r\n`,
    'a chunk line without CR': `${chunked}5\nhello`,
    'a head without end': `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`,
  };
  for (const [name, text] of Object.entries(cases)) {
    test(name, () => {
      const reader = read(text);
      expect(reader.state).toBe('bad');
      expect(reader.problem).not.toBe('');
    });
  }
});
