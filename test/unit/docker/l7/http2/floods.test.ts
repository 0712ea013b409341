import { afterEach, describe, expect, it } from 'vitest';
import {
  block,
  flags,
  frame,
  get,
  headers,
  http2Wire,
  post,
  settings,
  types,
  u32,
} from '../../../../support/http2-wire.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { cleanUp, httpBackend, onCleanUp, proxyTo } from '../rig.ts';

afterEach(cleanUp);

type Patch = Parameters<typeof proxyTo>[1];

async function wireTo(patch: Patch = {}, answer = 'hello', first = settings()) {
  const target = await httpBackend((incoming, outgoing) => {
    incoming.resume();
    if (incoming.url !== '/slow') outgoing.end(answer);
  });
  const rig = await proxyTo([target.port], patch);
  const wire = http2Wire(rig.port, first);
  onCleanUp(wire.destroy);
  return { ...rig, wire };
}

/** Frame after frame until the proxy has had enough of it. */
async function flood(wire: ReturnType<typeof http2Wire>, of: (turn: number) => Buffer, most = 50_000) {
  for (let turn = 0; turn < most && !wire.closed && wire.goaway === null; turn += 100) {
    wire.send(...Array.from({ length: 100 }, (_, index) => of(turn + index)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await wire.until('the end', ({ closed, goaway }) => closed && goaway !== null);
  return wire.goaway;
}

const slow = [...post.filter(([name]) => name !== ':path'), [':path', '/slow']] as const;

describe('a flood of frames that bring nothing is the end of its connection', () => {
  it.each([
    ['PING', () => frame(types.ping, 0, 0, 'flooding')],
    ['SETTINGS', () => settings([3, 100])],
    ['PRIORITY', () => frame(types.priority, 0, 3, Buffer.from([0, 0, 0, 0, 15]))],
    ['a frame of a type that nobody knows', () => frame(0xee, 0, 0, 'x')],
    ['WINDOW_UPDATE of one byte', () => frame(types.windowUpdate, 0, 0, u32(1))],
    ['empty DATA', () => frame(types.data, 0, 1)],
    ['DATA of padding only', () => frame(types.data, flags.padded, 1, '\x03\0\0\0')],
  ])('%s', async (_, of) => {
    const { wire, proxy } = await wireTo();
    wire.send(headers(1, slow, flags.endHeaders));
    await waitUntil(() => proxy.requests.view().inFlight === 1);
    expect(await flood(wire, of)).toBe('ENHANCE_YOUR_CALM');
    await waitUntil(() => proxy.requests.view().inFlight === 0 && proxy.connections.open === 0);
  });

  it('a thousand pings among requests are none', async () => {
    const { wire } = await wireTo();
    for (let id = 1; id < 60; id += 2) {
      wire.send(headers(id), ...Array.from({ length: 100 }, () => frame(types.ping, 0, 0, 'measured')));
      await wire.until('its answer', (heard) => heard.ended(id));
    }
    expect(wire.goaway).toBe(null);
  });
});

describe('a flood of streams for nothing', () => {
  const few = { http2: { resetsAtOnce: 20, resetsPerSecond: 1 } };

  it.each([
    [
      'opened and reset',
      (id: number) => [headers(id, slow, flags.endHeaders), frame(types.rstStream, 0, id, u32(8))],
    ],
    [
      'opened and made us reset',
      (id: number) => [headers(id, slow, flags.endHeaders), frame(types.windowUpdate, 0, id, u32(0))],
    ],
    ['malformed', (id: number) => [headers(id, [...get, ['Capital', '1']])]],
  ])('%s', async (_, of) => {
    const { wire, proxy } = await wireTo(few);
    expect(await flood(wire, (turn) => Buffer.concat(of(turn * 2 + 1)), 2000)).toBe('ENHANCE_YOUR_CALM');
    await waitUntil(() => proxy.requests.view().inFlight === 0);
  });

  it('more than may be open', async () => {
    const { wire } = await wireTo({ http2: { ...few.http2, streams: 2 } });
    expect(await flood(wire, (turn) => headers(turn * 2 + 1, slow, flags.endHeaders), 2000)).toBe(
      'ENHANCE_YOUR_CALM',
    );
  });
});

describe('memory', () => {
  it('a client that opens no window is held, and its target with it', async () => {
    const { wire, group, proxy } = await wireTo({}, 'x'.repeat(30_000_000), settings([4, 10]));
    wire.send(headers(1));
    await wire.until('what the window allows', (heard) => heard.body(1).length === 10);
    const read = () => {
      proxy.bytes();
      return group.members[0]?.counters.fromTarget ?? 0;
    };
    let before = -1;
    // Until the target can send no more: what it has sent is what lies in between.
    await waitUntil(async () => {
      before = read();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return before > 0 && read() === before;
    });
    expect(before).toBeLessThan(1_000_000);
    wire.send(
      frame(types.windowUpdate, 0, 1, u32(40_000_000)),
      frame(types.windowUpdate, 0, 0, u32(40_000_000)),
    );
    await wire.until('the rest', (heard) => heard.ended(1));
    expect(wire.body(1)).toHaveLength(30_000_000);
  });

  it('one that never opens it is let go', async () => {
    const { wire, proxy } = await wireTo(
      { http: { bodyTimeoutMs: 200 } },
      'x'.repeat(1000),
      settings([4, 10]),
    );
    wire.send(headers(1));
    await wire.until('the end', ({ goaway }) => goaway === 'ENHANCE_YOUR_CALM');
    await waitUntil(() => proxy.connections.open === 0);
  });

  it('a connection whose answers nobody reads does not stop another', async () => {
    const { wire, port } = await wireTo({ poolSize: 1 }, 'hello', settings([4, 1]));
    wire.send(headers(1));
    await wire.until('one byte', (heard) => heard.body(1).length === 1);
    // The target's connection is kept, and was made to wait: it must not wait for ever.
    const other = http2Wire(port);
    onCleanUp(other.destroy);
    other.send(headers(1));
    await other.until('its answer', (heard) => heard.ended(1));
    expect(other.body(1)).toBe('hello');
  });

  it('DATA beyond the window of its stream, when the target takes no more', async () => {
    const target = await httpBackend(() => undefined);
    const { port, proxy } = await proxyTo([target.port]);
    const wire = http2Wire(port);
    onCleanUp(wire.destroy);
    wire.send(headers(1, post, flags.endHeaders));
    const piece = frame(types.data, 0, 1, Buffer.alloc(16_384));
    for (let sent = 0; sent < 4000 && wire.reset(1) === null && wire.goaway === null; sent += 4) {
      wire.send(piece, piece, piece, piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await wire.until('the end of the stream', (heard) => heard.reset(1) === 'FLOW_CONTROL_ERROR');
    expect(wire.goaway).toBe(null);
    await waitUntil(() => proxy.requests.view().inFlight === 0);
  });
});

describe('a header that is too large is answered', () => {
  it.each([
    ['one field', { fieldBytes: 100 }, [['x', 'y'.repeat(200)]], 431],
    ['all fields', { headBytes: 400 }, [1, 2, 3].map((n) => [`x-${n}`, 'y'.repeat(100)]), 431],
    ['their number', { fields: 5 }, [1, 2, 3, 4, 5, 6].map((n) => [`x-${n}`, '1']), 431],
    ['the body, by its length', { bodyBytes: 10 }, [['content-length', '11']], 413],
    ['an expectation that nobody knows', {}, [['expect', 'wonders']], 417],
  ] as const)('%s', async (_, http, more, status) => {
    const { wire, proxy, log, change } = await wireTo({ http });
    change({ http, accessLog: true });
    const { length } = more.flat();
    expect(length).toBeGreaterThan(0);
    wire.send(headers(1, [...post, ...(more as readonly (readonly [string, string])[])], flags.endHeaders));
    await wire.until('its answer', (heard) => heard.ended(1));
    expect(wire.status(1)).toBe(status);
    // The connection goes on, and so does its table.
    wire.send(headers(3));
    await wire.until('the next', (heard) => heard.ended(3));
    expect(wire.status(3)).toBe(200);
    await waitUntil(() => proxy.requests.view().answered === 2);
    expect(log[0]).toMatchObject({ status });
  });

  it('the path', async () => {
    const { wire } = await wireTo({ http: { requestLineBytes: 100 } });
    wire.send(headers(1, [...get.filter(([name]) => name !== ':path'), [':path', `/${'x'.repeat(200)}`]]));
    await wire.until('its answer', (heard) => heard.ended(1));
    expect(wire.status(1)).toBe(414);
  });

  it('a body that grows too large, and one that does not come', async () => {
    const { wire, proxy } = await wireTo({ http: { bodyBytes: 10, bodyTimeoutMs: 200 } });
    wire.send(headers(1, slow, flags.endHeaders), frame(types.data, 0, 1, '12345678901'));
    await wire.until('its answer', (heard) => heard.ended(1));
    expect([wire.status(1), wire.reset(1)]).toEqual([413, 'NO_ERROR']);
    wire.send(headers(3, slow, flags.endHeaders), frame(types.data, 0, 3, '1'));
    await wire.until('its answer', (heard) => heard.ended(3));
    expect([wire.status(3), wire.reset(3)]).toEqual([408, 'NO_ERROR']);
    expect(proxy.own).toEqual({ 'too-large': 1, 'request-timeout': 1 });
  });

  it('a block of small fields that unfold to a large one is bounded', async () => {
    const { wire } = await wireTo();
    const kept = Buffer.concat([Buffer.from([0x40, 1, 0x78, 0x7f, 0xa1, 0x1d]), Buffer.alloc(3872, 'y')]);
    const bomb = Buffer.alloc(10_000, 0xbe);
    wire.send(frame(types.headers, 5, 1, Buffer.concat([block(get), kept, bomb])));
    await wire.until('its answer', (heard) => heard.ended(1));
    expect(wire.status(1)).toBe(431);
  });

  it('a header block that does not go on', async () => {
    const { wire, proxy } = await wireTo({ http: { headTimeoutMs: 1500 } });
    wire.send(frame(types.headers, flags.endStream, 1, block(get)));
    await wire.until('the end', ({ goaway }) => goaway === 'ENHANCE_YOUR_CALM');
    await waitUntil(() => proxy.connections.open === 0);
  });
});

describe('connections', () => {
  it('an idle one is told to leave', async () => {
    const { wire, proxy } = await wireTo({ keepAliveMs: 100 });
    await wire.until('the end', ({ goaway, closed }) => goaway === 'NO_ERROR' && closed);
    await waitUntil(() => proxy.connections.open === 0);
  });

  it('one that waits for its answer is not idle', async () => {
    // Long enough for a loaded machine to send a request in.
    const { wire, proxy, port } = await wireTo({ keepAliveMs: 1500 });
    wire.send(headers(1, slow));
    await waitUntil(() => proxy.requests.view().inFlight === 1);
    const other = http2Wire(port);
    onCleanUp(other.destroy);
    // Whoever came later, and asks nothing, has been told to leave when the other could have been.
    await other.until('the end', ({ closed }) => closed);
    expect([wire.goaway, proxy.requests.view().inFlight]).toEqual([null, 1]);
  });

  it('so many requests, and not one more', async () => {
    const { wire, proxy } = await wireTo({ http: { requestsPerConnection: 2 } });
    wire.send(headers(1), headers(3), headers(5));
    await wire.until('the end', ({ closed }) => closed);
    const last = wire.frames.find(({ type }) => type === types.goaway)?.payload.readUInt32BE(0);
    expect([last, wire.ended(1), wire.ended(3), wire.frames.some(({ stream }) => stream === 5)]).toEqual([
      3,
      true,
      true,
      false,
    ]);
    await waitUntil(() => proxy.requests.view().answered === 2);
  });

  it('one that says nothing after its preface is closed', async () => {
    const { wire, proxy } = await wireTo({ http: { headTimeoutMs: 100 } }, 'hello', Buffer.alloc(0));
    await wire.until('the end', ({ closed }) => closed);
    await waitUntil(() => proxy.connections.open === 0);
  });
});
