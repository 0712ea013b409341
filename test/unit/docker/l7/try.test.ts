import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exchange } from './try-rig.ts';
import type { TryRig } from './try-rig.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const head = (status: number) => ({ status, fields: [] });
const piece = Buffer.from('x');

/** The try that was begun last. */
function last({ asked }: TryRig) {
  const one = asked.at(-1);
  if (one === undefined) throw new Error('nobody was asked');
  return one;
}

/** The first target stands and has the request. */
function begun(...args: Parameters<typeof exchange>) {
  const rig = exchange(...args);
  last(rig).stand();
  return rig;
}

describe('an answer', () => {
  it('goes to the client as it comes, 1xx and trailers with it', () => {
    const rig = begun();
    const { listener } = last(rig);
    listener.informational(head(103));
    listener.head(head(200));
    expect(listener.data(piece)).toBe(true);
    listener.end([['grpc-status', '0']]);
    expect(rig.heard).toEqual(['103', 'head 200', 'data x', 'end grpc-status=0']);
    expect(rig.end()).toBeNull();
    rig.client()?.finished();
    expect(rig.end()).toMatchObject({ status: 200, targetStatus: 200, cause: null });
  });

  it('waits for a client that has enough, and goes on when it has room', () => {
    const rig = begun();
    const one = last(rig);
    one.listener.head(head(200));
    rig.room = false;
    expect(one.listener.data(piece)).toBe(false);
    expect(one.resumed).toBe(0);
    rig.drain();
    expect(one.resumed).toBe(1);
  });

  it('a 1xx that comes too late is nobody’s', () => {
    const rig = begun();
    last(rig).listener.head(head(200));
    last(rig).listener.informational(head(103));
    expect(rig.heard).toEqual(['head 200']);
  });

  it('that breaks off is cut, and not asked for again', () => {
    const rig = begun({ retry: { tries: 2, on: ['closed'] } });
    last(rig).listener.head(head(200));
    last(rig).listener.failed('reset', 'maybe');
    expect(rig.heard).toEqual(['head 200', 'abort']);
    expect(rig.end()).toMatchObject({ cause: 'reset', status: 200, begun: true });
    expect(rig.asked).toHaveLength(1);
  });

  it('before the request is over makes the rest of it nobody’s', () => {
    const rig = begun({}, { method: 'POST', hasBody: true });
    const { listener, body } = last(rig);
    rig.send()?.write(piece);
    listener.head(head(413));
    listener.end([]);
    rig.send()?.write(piece);
    rig.send()?.end([]);
    expect(body).toEqual(['x']);
  });
});

describe('a target that does not answer', () => {
  it('is given up after its time, and the client is told', () => {
    const rig = begun({ responseTimeoutMs: 2000 });
    vi.advanceTimersByTime(1900);
    expect(rig.end()).toBeNull();
    vi.advanceTimersByTime(200);
    expect(rig.heard[0]).toBe('head 504');
    expect(rig.end()).toMatchObject({ cause: 'response-timeout', status: 504 });
    expect(last(rig).cancelled).toBe(true);
  });

  it('is given up in favour of another, where that is allowed', () => {
    const rig = begun({ retry: { tries: 1, on: ['response-timeout'], perTryTimeoutMs: 20 } });
    const [first] = rig.asked;
    vi.advanceTimersByTime(30);
    expect([first?.cancelled, last(rig).member.id]).toEqual([true, 'b']);
    last(rig).stand();
    last(rig).listener.head(head(200));
    expect(rig.heard).toEqual(['head 200']);
  });

  it('a client that goes on sending is no silence, and neither is an answer that goes on', () => {
    const rig = begun({ responseTimeoutMs: 400 }, { method: 'POST', hasBody: true });
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(300);
      rig.send()?.write(piece);
    }
    last(rig).listener.head(head(200));
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(300);
      last(rig).listener.data(piece);
    }
    expect(rig.end()).toBeNull();
    vi.advanceTimersByTime(500);
    expect(rig.end()).toMatchObject({ cause: 'response-timeout', begun: true });
  });
});

describe('who is asked next', () => {
  it('where nothing was sent, another target', () => {
    const rig = exchange({ connectRetries: 1 }, { method: 'POST' });
    last(rig).listener.failed('refused', 'unsent');
    expect(rig.asked.map(({ member }) => member.id)).toEqual(['a', 'b']);
    last(rig).listener.failed('refused', 'unsent');
    expect([rig.heard[0], rig.end()?.cause]).toEqual(['head 502', 'refused']);
  });

  it('where the target says that it did nothing, another, whatever the method', () => {
    const rig = begun({}, { method: 'POST' });
    last(rig).listener.failed('reset', 'refused');
    expect(last(rig).member.id).toBe('b');
  });

  it('where it may have been done, nobody', () => {
    const rig = begun({ retry: { tries: 1, on: ['closed'] } }, { method: 'POST' });
    last(rig).listener.failed('closed-early', 'maybe');
    expect([rig.asked.length, rig.heard[0], rig.end()?.cause]).toEqual([1, 'head 502', 'closed-early']);
  });

  it('a stale connection’s target again, over a fresh one', () => {
    const rig = begun({ retry: { stale: true } });
    last(rig).listener.failed('closed-early', 'stale');
    expect(rig.asked.map(({ member, outgoing }) => [member.id, outgoing.fresh])).toEqual([
      ['a', false],
      ['a', true],
    ]);
  });

  it('after a 5xx another, and of the first answer nothing is passed on', () => {
    const rig = begun({ retry: { tries: 1, on: ['5xx'] } });
    const first = last(rig);
    first.listener.head(head(503));
    expect([first.cancelled, rig.heard]).toEqual([true, []]);
    last(rig).stand();
    last(rig).listener.head(head(200));
    expect(rig.heard).toEqual(['head 200']);
  });

  it('with the body from its first byte on', () => {
    const rig = begun({ retry: { tries: 1, on: ['closed'] } }, { method: 'PUT', hasBody: true });
    rig.send()?.write(Buffer.from('one'));
    rig.send()?.end([]);
    last(rig).listener.failed('closed-early', 'maybe');
    last(rig).stand();
    expect(rig.asked.map(({ body }) => body)).toEqual([
      ['one', 'end'],
      ['one', 'end'],
    ]);
  });
});

describe('its place among the target’s', () => {
  it('is taken while it lasts, and given back once', () => {
    const rig = begun();
    const { member, listener } = last(rig);
    expect([member.active, member.held.size]).toEqual([1, 1]);
    listener.head(head(200));
    listener.end([]);
    rig.client()?.finished();
    rig.client()?.gone();
    expect([member.active, member.held.size]).toEqual([0, 0]);
  });

  it('can be taken away: a target that is let go ends its requests', () => {
    const rig = begun();
    const [member] = rig.members;
    for (const held of [...(member?.held ?? [])]) held.letGo('reset');
    expect([rig.end()?.cause, rig.heard[0], last(rig).cancelled]).toEqual(['let-go', 'head 502', true]);
  });

  it('is given back when the client leaves', () => {
    const rig = begun();
    rig.client()?.gone();
    expect([last(rig).cancelled, rig.members[0]?.active, rig.end()?.cause]).toEqual([true, 0, 'client-gone']);
  });
});

describe('a tunnel', () => {
  const opened = (patch = {}) => {
    const rig = begun(patch, { upgrade: 'websocket', hasBody: true });
    last(rig).listener.head(head(101));
    return rig;
  };

  it('whose target has said all may still be told something, and then ends well', () => {
    const rig = opened();
    const { listener, body } = last(rig);
    listener.end([]);
    rig.send()?.write(piece);
    expect([body, rig.end()]).toEqual([['x'], null]);
    listener.failed('closed-early', 'maybe');
    expect(rig.end()).toMatchObject({ cause: null, status: 101 });
  });

  it('ends when nobody says anything for its own time', () => {
    const rig = opened({ http: { tunnelIdleMs: 20_000 }, responseTimeoutMs: 10 });
    vi.advanceTimersByTime(19_000);
    expect(rig.end()).toBeNull();
    vi.advanceTimersByTime(2000);
    expect(rig.end()).toMatchObject({ cause: 'tunnel-idle', status: 101 });
    expect(rig.heard.at(-1)).toBe('abort');
  });
});

it('bytes of bodies are counted both ways where the log says them', () => {
  const rig = begun({ accessLog: true, accessLogForm: 'alb' }, { method: 'POST', hasBody: true });
  rig.send()?.write(Buffer.from('12345'));
  last(rig).listener.head(head(200));
  last(rig).listener.data(Buffer.from('123'));
  last(rig).listener.end([]);
  rig.client()?.finished();
  expect(rig.end()).toMatchObject({ receivedBytes: 5, sentBytes: 3 });
});

it('memory of what was read may be used again only when all of it is the kernel’s', () => {
  const rig = begun();
  const { listener } = last(rig);
  expect(listener.flushed()).toBe(false);
  listener.head(head(200));
  expect(listener.flushed()).toBe(true);
});
