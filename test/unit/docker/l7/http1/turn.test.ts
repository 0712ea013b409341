import { describe, expect, it } from 'vitest';
import { parseRequestHead } from '../../../../../docker/l7/http1/request-head.ts';
import { isProblem } from '../../../../../docker/l7/http1/problem.ts';
import { Turn } from '../../../../../docker/l7/http1/turn.ts';
import type { Field } from '../../../../../docker/l7/message.ts';
import { l7SettingsSchema } from '../../../../../docker/protocol/balancer.ts';
import { written } from './written.ts';

const { http } = l7SettingsSchema.parse({});
const peer = { address: '192.0.2.1', port: 1, localAddress: '192.0.2.2', localPort: 80, tls: null };

/** A request on a connection in memory, which notes what is asked of it. */
function turn(head: string, bodyOver = true) {
  const parsed = parseRequestHead(head, http);
  if (isProblem(parsed)) throw new Error(parsed.reason);
  const { socket, text } = written();
  const said: string[] = [];
  const connection = {
    socket,
    peer,
    closing: false,
    bodyOver,
    release: () => void said.push('release'),
    becomeTunnel: () => void said.push('tunnel'),
    targetEnded: () => void said.push('ended'),
  };
  return { turn: new Turn(connection, parsed, false), connection, said, text, socket };
}

function sink(room = true) {
  const heard: string[] = [];
  let wake: () => void = () => undefined;
  return {
    heard,
    wake: () => wake(),
    write: (piece: Buffer) => {
      heard.push(piece.toString());
      return room;
    },
    end: (trailers: readonly Field[]) => void heard.push(`end ${trailers.length}`),
    abort: () => void heard.push('abort'),
    onDrain: (listener: () => void) => void (wake = listener),
  };
}

describe('what a request is, before anybody serves it', () => {
  it('a GET has no body, and is nobody’s upgrade', () => {
    const { turn: one } = turn('GET /a HTTP/1.1\r\nHost: x\r\nConnection: X-Own\r\nX-Own: 1\r\n');
    expect([one.hasBody, one.upgrade, one.expectsContinue, one.trailers]).toEqual([
      false,
      null,
      false,
      false,
    ]);
    expect([one.head.authority, one.head.target, one.head.fields]).toEqual(['x', '/a', []]);
  });

  it('a body, a wish to wait, and trailers', () => {
    const { turn: one } = turn(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\nTE: trailers\r\n',
      false,
    );
    expect([one.hasBody, one.expectsContinue, one.trailers]).toEqual([true, true, true]);
  });

  it('HTTP/1.0 waits for no 100 and changes to no other protocol', () => {
    const { turn: one } = turn(
      'POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: upgrade\r\nUpgrade: websocket\r\n',
      false,
    );
    expect([one.expectsContinue, one.upgrade]).toEqual([false, null]);
  });
});

describe('a body', () => {
  const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n';

  it('is held until somebody wants it, and the client waits so long', () => {
    const { turn: one, connection, said } = turn(post, false);
    expect(one.take(Buffer.from('abc'))).toBe(false);
    const to = sink();
    one.feed(to);
    expect([to.heard, said]).toEqual([['abc'], ['release']]);
    expect(one.take(Buffer.from('def'))).toBe(true);
    connection.bodyOver = true;
    one.bodyEnded([['Sum', '1']]);
    expect(to.heard).toEqual(['abc', 'def', 'end 1']);
  });

  it('that was whole before anybody wanted it is given whole', () => {
    const { turn: one, connection } = turn(post, false);
    one.take(Buffer.from('abcdef'));
    connection.bodyOver = true;
    one.bodyEnded([]);
    const to = sink();
    one.feed(to);
    expect(to.heard).toEqual(['abcdef', 'end 0']);
  });

  it('makes the client wait while its receiver has enough', () => {
    const { turn: one, said } = turn(post, false);
    const to = sink(false);
    one.take(Buffer.from('abc'));
    one.feed(to);
    expect(said).toEqual([]);
    expect(one.take(Buffer.from('d'))).toBe(false);
    to.wake();
    expect(said).toEqual(['release']);
  });

  it('that breaks off is told to both sides', () => {
    const { turn: one } = turn(post, false);
    const to = sink();
    const heard: string[] = [];
    one.feed(to);
    one.watch({
      gone: () => heard.push('gone'),
      failed: (cause) => heard.push(cause),
      finished: () => undefined,
    });
    one.failed('request-timeout');
    expect([to.heard, heard]).toEqual([['abort'], ['request-timeout']]);
  });
});

describe('an answer', () => {
  const get = 'GET / HTTP/1.1\r\nHost: x\r\n';

  it('ends the turn when all of it is written', () => {
    const { turn: one, said, text } = turn(get);
    one.respond.head({ status: 200, fields: [['content-length', '2']] });
    expect(one.respond.write(Buffer.from('ok'))).toBe(true);
    one.respond.end([]);
    expect(text()).toBe('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    expect(said).toEqual(['ended']);
  });

  it('shorter than it said is cut, and not ended', () => {
    const { turn: one, said, socket } = turn(get);
    one.respond.head({ status: 200, fields: [['content-length', '3']] });
    one.respond.write(Buffer.from('ok'));
    one.respond.end([]);
    expect([said, socket.destroyed]).toEqual([[], true]);
  });

  it('that only the close ends makes it the last of its connection', () => {
    const { turn: one, connection } = turn('GET / HTTP/1.0\r\n');
    one.respond.head({ status: 200, fields: [] });
    expect(connection.closing).toBe(true);
  });

  it('of 101 makes a tunnel, whose end is the client’s to say', () => {
    const { turn: one, said } = turn(`${get}Connection: upgrade\r\nUpgrade: websocket\r\n`);
    const to = sink();
    expect([one.hasBody, one.upgrade]).toEqual([true, 'websocket']);
    one.feed(to);
    one.respond.head({ status: 101, fields: [['Upgrade', 'websocket']] });
    expect([said.includes('tunnel'), to.heard]).toEqual([true, []]);
    one.take(Buffer.from('raw'));
    one.tunnelEnded();
    expect(to.heard).toEqual(['raw', 'end 0']);
  });

  it('of another status leaves an ordinary request, which is over', () => {
    const { turn: one, said } = turn(`${get}Connection: upgrade\r\nUpgrade: websocket\r\n`);
    one.respond.head({ status: 426, fields: [['content-length', '0']] });
    const to = sink();
    one.feed(to);
    expect([said, to.heard]).toEqual([[], ['end 0']]);
  });

  it('hears when its client has room', () => {
    const { turn: one } = turn(get);
    let woken = 0;
    one.respond.onDrain(() => (woken += 1));
    one.wake();
    expect(woken).toBe(1);
  });
});
