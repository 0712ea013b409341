import { describe, expect, it } from 'vitest';
import { AnswerWriter } from '../../../../../docker/l7/http1/answer-writer.ts';
import type { Field, RequestHead } from '../../../../../docker/l7/message.ts';
import { written } from './written.ts';

interface Said {
  readonly method?: string;
  readonly version?: RequestHead['version'];
  readonly status?: number;
  readonly fields?: readonly Field[];
  readonly pieces?: readonly string[];
  readonly trailers?: readonly Field[];
  readonly closing?: boolean;
}

/** One answer from head to end. */
function answer({
  method = 'GET',
  version = '1.1',
  status = 200,
  fields = [],
  pieces = [],
  trailers = [],
  closing = false,
}: Said) {
  const { socket, text, writes } = written();
  const request: RequestHead = { method, scheme: 'http', authority: 'a', target: '/', version, fields: [] };
  const writer = new AnswerWriter(socket, request);
  writer.head({ status, fields }, closing);
  for (const piece of pieces) writer.write(Buffer.from(piece));
  const whole = writer.end(trailers);
  const [head = '', ...body] = text().split('\r\n\r\n');
  return {
    head: head.split('\r\n'),
    body: body.join('\r\n\r\n'),
    whole,
    byClose: writer.endsByClose,
    writes: writes(),
  };
}

describe('the framing of an answer', () => {
  it('a length that is known stays one', () => {
    const { head, body, whole, byClose } = answer({
      fields: [['content-length', '5']],
      pieces: ['hel', 'lo'],
    });
    expect([head, body]).toEqual([['HTTP/1.1 200 OK', 'content-length: 5'], 'hello']);
    expect([whole, byClose]).toEqual([true, false]);
  });

  it('a length that is said in another way is said plainly', () => {
    const twice = answer({
      fields: [
        ['Content-Length', '5'],
        ['content-length', '5'],
      ],
      pieces: ['hello'],
    });
    expect(twice.head).toEqual(['HTTP/1.1 200 OK', 'Content-Length: 5']);
    expect(answer({ fields: [['Content-Length', '005']], pieces: ['hello'] }).head).toContain(
      'Content-Length: 5',
    );
  });

  it('without one it goes in chunks, with trailers, and to HTTP/1.0 until the close', () => {
    const chunked = answer({ pieces: ['hello', ''], trailers: [['Sum', '1']] });
    expect(chunked.head).toContain('Transfer-Encoding: chunked');
    expect(chunked.body).toBe('5\r\nhello\r\n0\r\nSum: 1\r\n\r\n');
    const old = answer({ version: '1.0', pieces: ['hello'], trailers: [['Sum', '1']] });
    expect([old.head, old.body]).toEqual([['HTTP/1.1 200 OK', 'Connection: close'], 'hello']);
    expect(old.byClose).toBe(true);
  });

  it('what has no body gets none, whatever comes', () => {
    const length: Field = ['Content-Length', '5'];
    const head = answer({ method: 'HEAD', fields: [length], pieces: ['hello'] });
    expect([head.head[1], head.body, head.whole]).toEqual(['Content-Length: 5', '', true]);
    const same = answer({ status: 304, fields: [length], pieces: ['hello'] });
    expect([same.head[1], same.body]).toEqual(['Content-Length: 5', '']);
    const none = answer({ status: 204, fields: [length], pieces: ['hello'] });
    expect([none.head, none.body]).toEqual([['HTTP/1.1 204 No Content'], '']);
  });

  it('a body of another length is told, and what is too much is not sent', () => {
    const short = answer({ fields: [['content-length', '5']], pieces: ['hell'] });
    expect([short.body, short.whole]).toEqual(['hell', false]);
    const long = answer({ fields: [['content-length', '5']], pieces: ['hello', ' HTTP/1.1 200 OK'] });
    expect([long.body, long.whole]).toEqual(['hello', false]);
  });

  it('a transfer coding of the target’s is for its hop alone', () => {
    const fields: Field[] = [
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '5'],
    ];
    expect(answer({ fields, pieces: ['hello'] }).head).toEqual(['HTTP/1.1 200 OK', 'Content-Length: 5']);
  });
});

describe('the connection of an answer', () => {
  it('stays, unless it is the last', () => {
    const fields: Field[] = [['content-length', '0']];
    expect(answer({ fields }).head).not.toContain('Connection: close');
    expect(answer({ fields, closing: true }).head).toContain('Connection: close');
    // HTTP/1.0 closes unless it is told otherwise (RFC 9112 section 9.3).
    expect(answer({ fields, version: '1.0' }).head).toContain('Connection: keep-alive');
  });

  it('says nothing of the target’s own', () => {
    const fields: Field[] = [
      ['Connection', 'X-Own'],
      ['X-Own', '1'],
      ['Keep-Alive', 'timeout=5'],
      ['content-length', '0'],
    ];
    expect(answer({ fields }).head).toEqual(['HTTP/1.1 200 OK', 'content-length: 0']);
  });

  it('becomes a tunnel by 101, whose bytes are raw', () => {
    const { head, body } = answer({
      status: 101,
      fields: [
        ['Upgrade', 'websocket'],
        ['Connection', 'Upgrade'],
      ],
      pieces: ['raw'],
    });
    expect(head).toEqual(['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket']);
    expect(body).toBe('raw');
  });
});

describe('what goes on the wire', () => {
  it('is one write for a head and the first piece of its body', () => {
    expect(answer({ fields: [['content-length', '5']], pieces: ['hello'] }).writes).toBe(1);
    expect(answer({ pieces: ['hello'] }).writes).toBe(2);
  });

  it('has a head that a policy broke replaced, and never a line more than was meant', () => {
    const { head } = answer({
      fields: [
        ['X', 'a\r\nSet-Cookie: b'],
        ['content-length', '0'],
      ],
    });
    expect(head[0]).toBe('HTTP/1.1 500 Internal Server Error');
    expect(head.join()).not.toContain('Set-Cookie');
  });

  it('has 1xx for HTTP/1.1 only', () => {
    for (const version of ['1.1', '1.0'] as const) {
      const { socket, text } = written();
      const request: RequestHead = {
        method: 'GET',
        scheme: 'http',
        authority: 'a',
        target: '/',
        version,
        fields: [],
      };
      new AnswerWriter(socket, request).informational({ status: 103, fields: [['Link', 'x']] });
      expect(text()).toBe(version === '1.1' ? 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n' : '');
    }
  });

  it('is the head alone where the body is long in coming', async () => {
    const { socket, text } = written();
    const request: RequestHead = {
      method: 'GET',
      scheme: 'http',
      authority: 'a',
      target: '/',
      version: '1.1',
      fields: [],
    };
    new AnswerWriter(socket, request).head({ status: 200, fields: [] }, false);
    expect(text()).toBe('');
    await new Promise((resolve) => setImmediate(resolve));
    expect(text()).toContain('HTTP/1.1 200 OK');
  });
});
