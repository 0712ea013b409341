import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../../support/wait.ts';
import { ask, cleanUp, echoHead, httpBackend, onCleanUp, proxyTo, raw, seen } from '../rig.ts';
import { wire } from './wire.ts';

afterEach(cleanUp);

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

/** A target that answers each request head with these bytes. */
const answering = (bytes: string) =>
  raw((socket) =>
    socket.on('data', (chunk: Buffer) => chunk.includes('\r\n\r\n') && socket.write(bytes, 'latin1')),
  );

describe('HTTP/1 with clients', () => {
  it('answers pipelined requests in order', async () => {
    const target = await httpBackend((incoming, outgoing) => {
      setTimeout(() => outgoing.end(incoming.url), incoming.url === '/1' ? 30 : 0);
    });
    const { port, proxy } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(get('/1') + get('/2') + get('/3', 'Connection: close\r\n'));
    const bodies = [...(await client.end()).matchAll(/\r\n\r\n(\/\d)/g)].map(([, path]) => path);
    expect(bodies).toEqual(['/1', '/2', '/3']);
    expect(proxy.connections.accepted).toBe(1);
    expect(proxy.requests.view()).toMatchObject({ received: 3, answered: 3 });
  });

  it('HEAD, 204 and 304 have no body, whatever their fields say, and the connection lives on', async () => {
    const target = await httpBackend((incoming, outgoing) => {
      if (incoming.url === '/204') outgoing.writeHead(204).end();
      else if (incoming.url === '/304') outgoing.writeHead(304, { 'content-length': '10' }).end();
      else outgoing.writeHead(200, { 'content-length': '10' }).end('0123456789');
    });
    const { port } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(
      `HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n${get('/204')}${get('/304')}${get('/last', 'Connection: close\r\n')}`,
    );
    const text = await client.end();
    expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(
      ['200', '204', '304', '200'].map((code) => `HTTP/1.1 ${code}`),
    );
    expect(text.split('0123456789')).toHaveLength(2);
    expect(text).toMatch(/content-length: 10/i);
  });

  it.each([
    ['PostgreSQL', '\x00\x00\x00\x08\x04\xd2\x16\x2f'],
    ['Redis', '*1\r\n$4\r\nPING\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00'],
  ])('%s knocks at the wrong door and is told at once, not at the head’s time-out', async (_, hello) => {
    const target = await httpBackend((__, outgoing) => outgoing.end());
    const { port } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(hello);
    expect(await client.end()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('an HTTP/1.0 client gets no chunks: the end of the connection ends the body', async () => {
    const target = await httpBackend((_, outgoing) => {
      outgoing.write('in ');
      outgoing.end('pieces');
    });
    const { port } = await proxyTo([target.port]);
    const client = wire(port);
    client.send('GET / HTTP/1.0\r\n\r\n');
    const text = await client.end();
    expect(text).toMatch(/\r\n\r\nin pieces$/);
    expect(text).not.toMatch(/transfer-encoding/i);
  });

  it('an HTTP/1.0 client that asks for it keeps its connection', async () => {
    const target = await httpBackend((_, outgoing) => outgoing.end('ok'));
    const { port } = await proxyTo([target.port]);
    const client = wire(port);
    client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    await client.until(/ok$/);
    expect(client.text).toMatch(/connection: keep-alive/i);
    client.send('GET / HTTP/1.0\r\n\r\n');
    await client.end();
    expect(client.text.match(/ok/g)).toHaveLength(2);
  });

  it('relays 103 before the answer, and not to HTTP/1.0', async () => {
    const early =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const { port } = await proxyTo([await answering(early)]);
    const client = wire(port);
    client.send(get('/', 'Connection: close\r\n'));
    expect(await client.end()).toMatch(/^HTTP\/1\.1 103 [^]*Link: <\/a>\r\n\r\nHTTP\/1\.1 200 /);
    const old = wire(port);
    old.send('GET / HTTP/1.0\r\n\r\n');
    expect(await old.end()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("Expect: the 100 is the target's, and the body follows it", async () => {
    const target = await httpBackend((incoming, outgoing) => incoming.pipe(outgoing));
    const { port } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n',
    );
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    client.send('body');
    expect(await client.end()).toMatch(/body/);
  });

  it('an unknown expectation is refused', async () => {
    const { port } = await proxyTo([]);
    const client = wire(port);
    client.send(get('/', 'Expect: miracles\r\n'));
    expect(await client.end()).toMatch(/^HTTP\/1\.1 417 /);
  });

  it('passes trailers on, both ways', async () => {
    const target = await httpBackend((incoming, outgoing) => {
      outgoing.writeHead(200, { trailer: 'x-sum' });
      incoming.on('data', (chunk) => outgoing.write(chunk));
      incoming.on('end', () => {
        outgoing.addTrailers({ 'x-sum': `got ${incoming.trailers['x-in'] ?? 'none'}` });
        outgoing.end();
      });
    });
    const { port } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nConnection: TE\r\n\r\n' +
        '2\r\nhi\r\n0\r\nX-In: here\r\n\r\n',
    );
    expect(await client.until(/x-sum: got here\r\n\r\n$/)).toMatch(/2\r\nhi\r\n0\r\nx-sum: got here/);
  });

  it('an answer before the request is over: the connection survives a small rest', async () => {
    const target = await raw((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno')),
    );
    const { port } = await proxyTo([target]);
    const client = wire(port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345');
    await client.until(/no$/);
    client.send('67890');
    client.send(get('/again'));
    await waitUntil(() => client.text.match(/HTTP\/1\.1 403/g)?.length === 2);
  });

  it.each([
    ['an endless request line', `GET /${'a'.repeat(40_000)}`, 414],
    ['an endless header', `GET / HTTP/1.1\r\nX: ${'a'.repeat(100_000)}`, 431],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    ['another version', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n', 505],
    [
      'a coding we do not know',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
      501,
    ],
    [
      'smuggling by two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
    ],
  ])('%s is answered and shown the door, and no target hears of it', async (_, bytes, status) => {
    const target = await httpBackend(echoHead);
    const { port, proxy, log } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(bytes);
    expect(await client.end()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*connection: close`, 'i'));
    expect(target.connections()).toBe(0);
    expect(proxy.requests.view()).toMatchObject({ received: 1, answered: 1, byStatus: { [status]: 1 } });
    expect(log[0]).toMatchObject({ status, classification: 'Severe', termination: 'PR' });
  });

  it('a chunk that breaks off ends the request at the target, too', async () => {
    let aborted = false;
    const target = await httpBackend((incoming) => incoming.on('error', () => (aborted = true)));
    const { port, proxy } = await proxyTo([target.port]);
    const client = wire(port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n');
    await waitUntil(() => target.connections() === 1);
    client.send('zz\r\n');
    expect(await client.end()).toMatch(/^HTTP\/1\.1 400 /);
    await waitUntil(() => aborted);
    expect(proxy.own).toEqual({ 'bad-request': 1 });
  });

  it('a body above the limit is 413, even when it does not say so before', async () => {
    const target = await httpBackend((incoming) => incoming.resume());
    const { port, proxy } = await proxyTo([target.port], { http: { bodyBytes: 64 } });
    expect((await ask(port, { method: 'POST', body: 'b'.repeat(65) })).status).toBe(413);
    const client = wire(port);
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n${'b'.repeat(80)}\r\n`,
    );
    expect(await client.end()).toMatch(/^HTTP\/1\.1 413 /);
    expect(proxy.own).toEqual({ 'too-large': 2 });
  });

  it.each([
    ['a head', 'GET / HTTP/1.1\r\nHo', { headTimeoutMs: 100 }],
    ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe', { bodyTimeoutMs: 100 }],
  ])('%s that does not come in time is 408', async (_, bytes, http) => {
    const target = await httpBackend((incoming) => incoming.resume());
    const { port, proxy } = await proxyTo([target.port], { http });
    const client = wire(port);
    client.send(bytes);
    expect(await client.end()).toMatch(/^HTTP\/1\.1 408 /);
    expect(proxy.own).toEqual({ 'request-timeout': 1 });
  });

  it('an idle connection is closed without a word', async () => {
    const target = await httpBackend(echoHead);
    const { port, proxy } = await proxyTo([target.port], { keepAliveMs: 50 });
    const client = wire(port);
    client.send(get('/'));
    const text = await client.end();
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(proxy.own).toEqual({});
  });

  it('so many requests on one connection, and the last one says so', async () => {
    const target = await httpBackend((_, outgoing) => outgoing.end('ok'));
    const { port } = await proxyTo([target.port], { http: { requestsPerConnection: 2 } });
    const client = wire(port);
    client.send(get('/') + get('/') + get('/'));
    const text = await client.end();
    expect(text.match(/ok/g)).toHaveLength(2);
    expect(text.match(/connection: close/gi)).toHaveLength(1);
  });

  it('a large answer waits for a slow reader', async () => {
    const size = 8_000_000;
    const target = await httpBackend((_, outgoing) => outgoing.end(Buffer.alloc(size, 'x')));
    const { port, proxy } = await proxyTo([target.port]);
    const client = wire(port);
    client.socket.pause();
    client.send(get('/', 'Connection: close\r\n'));
    await waitUntil(() => proxy.requests.view().inFlight === 1 && proxy.bytes().sent > 0);
    let before = -1;
    // Until nothing moves any more: all buffers on the way are full, and the rest is still with the target.
    await waitUntil(() => {
      const still = proxy.bytes().sent === before;
      before = proxy.bytes().sent;
      return still;
    });
    expect(before).toBeLessThan(size);
    client.socket.resume();
    expect((await client.end()).length).toBeGreaterThan(size);
  });
});

describe('desync modes', () => {
  const both =
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n';
  const bare = 'GET / HTTP/1.1\nHost: a\n\n';

  it('defensive: what is ambiguous passes in one framing only, and neither connection is used again', async () => {
    const target = await httpBackend((incoming, outgoing) => outgoing.end(JSON.stringify(incoming.headers)));
    const { port, log } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(both + get('/second'));
    const text = await client.end();
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(text).toContain('"transfer-encoding":"chunked"');
    expect(text).not.toContain('content-length":"4');
    expect(log[0]).toMatchObject({ classification: 'Ambiguous', classificationReason: ['BothTeClPresent'] });
    await ask(port);
    expect(target.connections()).toBe(2);
  });

  it('strictest: blocks even what is acceptable; monitor: lets it through as if nothing was', async () => {
    const target = await httpBackend((_, outgoing) => outgoing.end('ok'));
    const { port, change } = await proxyTo([target.port]);
    const statusOf = async (bytes: string) => {
      const client = wire(port);
      client.send(bytes);
      const text = await client.until(/\r\n\r\n/);
      client.socket.destroy();
      return text.slice(9, 12);
    };
    expect([await statusOf(bare), await statusOf(both)]).toEqual(['200', '200']);
    change({ http: { desync: 'strictest' } });
    expect([await statusOf(bare), await statusOf(both), await statusOf(get('/'))]).toEqual([
      '400',
      '400',
      '200',
    ]);
    change({ http: { desync: 'monitor' } });
    const client = wire(port);
    client.send(both + get('/second', 'Connection: close\r\n'));
    expect((await client.end()).match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});

describe('HTTP/1 with targets', () => {
  it('what follows an answer unasked is not the answer to the next request', async () => {
    const poisoned =
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    const { port } = await proxyTo([await answering(poisoned)]);
    for (let i = 0; i < 3; i++) expect((await ask(port)).body).toBe('ok');
  });

  it('a kept connection that has gone stale costs a GET nothing, and a POST its life', async () => {
    let accepted = 0;
    const target = await raw((socket) => {
      accepted += 1;
      let requests = 0;
      socket.on('data', (chunk: Buffer) => {
        requests += 1;
        // The first answer only: then it goes away in the moment of use.
        if (requests > 1) socket.destroy();
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${chunk.toString().slice(0, 2)}`);
      });
    });
    const { port, proxy } = await proxyTo([target]);
    expect((await ask(port)).body).toBe('GE');
    expect((await ask(port)).body).toBe('GE');
    expect(accepted).toBe(2);
    expect((await ask(port, { method: 'POST', body: 'x' })).status).toBe(502);
    expect(proxy.own).toMatchObject({ 'closed-early': 1 });
  });

  it('retries what is safe elsewhere, once, with its body; and 5xx only when told to', async () => {
    const bodies: string[] = [];
    const bad = await httpBackend((_, outgoing) => outgoing.writeHead(503).end());
    const good = await httpBackend((incoming, outgoing) => {
      incoming.on('data', (chunk) => bodies.push(String(chunk)));
      incoming.on('end', () => outgoing.end('good'));
    });
    const { port, change, log } = await proxyTo([bad.port, good.port], { retry: { tries: 1, on: ['5xx'] } });
    for (let i = 0; i < 4; i++) {
      expect(await ask(port, { method: 'PUT', body: 'whole' })).toMatchObject({ status: 200, body: 'good' });
    }
    expect(bodies).toEqual(['whole', 'whole', 'whole', 'whole']);
    expect(JSON.stringify(log)).toContain('retry: 5xx at t1, sent to t2');
    change({ retry: { tries: 0 } });
    const statuses = [await ask(port), await ask(port)].map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 503]);
  });

  it('queues beyond the pool, and gives up in time', async () => {
    const held: (() => void)[] = [];
    const target = await httpBackend((_, outgoing) => held.push(() => outgoing.end('ok')));
    const { port, proxy, group, change } = await proxyTo([target.port], { poolSize: 2 });
    const answers = Array.from({ length: 5 }, () => ask(port));
    const [member] = group.members;
    if (member === undefined) throw new Error('no member');
    await waitUntil(() => proxy.pool(member)?.queued === 3 && held.length === 2);
    expect(proxy.pool(member)).toEqual({ open: 2, idle: 0, queued: 3, limit: 2 });
    let answered = 0;
    for (const answer of answers) void answer.then(() => (answered += 1));
    await waitUntil(() => {
      for (const answer of held.splice(0)) answer();
      return answered === 5;
    });
    expect((await Promise.all(answers)).every(({ body }) => body === 'ok')).toBe(true);
    expect(target.connections()).toBe(2);
    expect(proxy.pool(member)).toMatchObject({ idle: 2, queued: 0 });

    change({ pool: { queueTimeoutMs: 50 } });
    const more = Array.from({ length: 3 }, () => ask(port));
    expect((await Promise.race(more)).body).toContain('queue-timeout');
    held.splice(0).forEach((answer) => answer());
    expect((await Promise.all(more)).map(({ status }) => status).sort()).toEqual([200, 200, 503]);
  });

  it('closes idle connections to targets before they do', async () => {
    const target = await httpBackend(echoHead);
    const { port, proxy, group } = await proxyTo([target.port], { pool: { idleMs: 50 } });
    await ask(port);
    const [member] = group.members;
    if (member === undefined) throw new Error('no member');
    await waitUntil(() => proxy.pool(member)?.open === 0);
    await ask(port);
    expect(target.connections()).toBe(2);
  });

  it('an Upgrade becomes a tunnel that outlives silence below its own limit, and both ends may close it', async () => {
    const tunnels: Socket[] = [];
    const server = createServer();
    server.on('upgrade', (incoming, socket: Socket, head: Buffer) => {
      tunnels.push(socket);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${incoming.headers.upgrade ?? ''}\r\nConnection: Upgrade\r\n\r\n`,
      );
      socket.write(`first:${head.toString()};`);
      socket.on('data', (chunk: Buffer) => socket.write(`echo:${chunk.toString()};`));
      socket.on('end', () => socket.end('bye'));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port, proxy, log } = await proxyTo([(server.address() as AddressInfo).port]);
    const client = wire(port);
    client.send(get('/ws', 'Upgrade: echo\r\nConnection: keep-alive, Upgrade\r\n'));
    expect(await client.until(/;$/)).toMatch(/^HTTP\/1\.1 101 [^]*Upgrade: echo/);
    client.send('one');
    await client.until(/echo:one;$/);
    client.socket.end();
    expect(await client.end()).toMatch(/bye$/);
    await waitUntil(() => log.length === 1);
    expect(log[0]).toMatchObject({ status: 101, targetStatus: 101, termination: '--' });
    expect(proxy.requests.view()).toMatchObject({ answered: 1, inFlight: 0 });

    const other = wire(port);
    other.send(get('/ws', 'Upgrade: echo\r\nConnection: Upgrade\r\n'));
    await other.until(/;$/);
    tunnels.at(-1)?.end('over');
    expect(await other.end()).toMatch(/over$/);
    await waitUntil(() => proxy.requests.view().inFlight === 0);
    server.closeAllConnections();
    server.close();
  });

  /** A target that says hello in a tunnel and ends its side; `heard` is what it is told after that. */
  async function halfClosing(after: (socket: Socket) => void = () => undefined) {
    let heard = '';
    let ended = false;
    const target = await raw((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello');
        socket.on('data', (chunk: Buffer) => {
          heard += chunk.toString();
          after(socket);
        });
        socket.on('end', () => (ended = true));
      });
    });
    const made = await proxyTo([target], { http: { tunnelIdleMs: 30_000 } });
    const socket = connect({ port: made.port, host: '127.0.0.1', allowHalfOpen: true });
    onCleanUp(() => socket.destroy());
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const over = new Promise<void>((resolve) => socket.once('end', () => resolve()));
    socket.write(get('/', 'Upgrade: x\r\nConnection: Upgrade\r\n'));
    await over;
    expect(text).toMatch(/hello$/);
    return { ...made, socket, heard: () => heard, ended: () => ended };
  }

  it('in a tunnel the target’s end is only its own: what the client still says arrives', async () => {
    const { socket, heard, ended, proxy, log } = await halfClosing();
    expect(proxy.requests.view().inFlight).toBe(1);
    socket.write('still here');
    await waitUntil(() => heard() === 'still here');
    socket.end();
    await waitUntil(() => ended() && log.length === 1 && proxy.connections.open === 0);
    expect(log[0]).toMatchObject({ status: 101, termination: '--' });
    expect(proxy.requests.view()).toMatchObject({ answered: 1, aborted: 0, inFlight: 0 });
  });

  it('in a tunnel whose target has gone for good after its end, the client soon is told when it says more', async () => {
    const { socket, proxy, log } = await halfClosing((target) => target.resetAndDestroy());
    await waitUntil(() => {
      if (!socket.destroyed) socket.write('still here');
      return log.length === 1 && proxy.connections.open === 0;
    });
    expect(log[0]).toMatchObject({ status: 101, termination: '--' });
  });

  it('a tunnel that falls silent is cut', async () => {
    const target = await raw((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      ),
    );
    const { port, proxy } = await proxyTo([target], { http: { tunnelIdleMs: 100 } });
    const client = wire(port);
    client.send(get('/', 'Upgrade: x\r\nConnection: Upgrade\r\n'));
    expect(await client.end()).toMatch(/^HTTP\/1\.1 101 /);
    await waitUntil(() => proxy.requests.view().aborted === 1);
    expect(proxy.own).toEqual({ 'tunnel-idle': 1 });
  });

  it('a 101 that nobody asked for is no answer', async () => {
    const target = await answering(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    );
    const { port } = await proxyTo([target]);
    expect((await ask(port)).status).toBe(502);
  });

  it('Upgrade alone, or to h2c, is not passed on', async () => {
    const target = await httpBackend(echoHead);
    const { port } = await proxyTo([target.port]);
    const client = wire(port);
    client.send(get('/', 'Upgrade: websocket\r\nConnection: close\r\n'));
    expect(await client.end()).not.toMatch(/"upgrade"/);
    const answer = await ask(port, {
      headers: { upgrade: 'h2c', connection: 'Upgrade, HTTP2-Settings', 'http2-settings': 'x' },
    });
    expect(seen(answer).headers).not.toHaveProperty('upgrade');
    expect(seen(answer).headers).not.toHaveProperty('http2-settings');
  });

  it('an answer until the connection closes is whole only by FIN', async () => {
    const whole = await raw((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end')),
    );
    const { port } = await proxyTo([whole]);
    expect(await ask(port)).toMatchObject({ status: 200, body: 'until the end', complete: true });
    const cut = await raw((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\n\r\nnot', () => setImmediate(() => socket.resetAndDestroy())),
      ),
    );
    const other = await proxyTo([cut]);
    expect(await ask(other.port)).toMatchObject({ status: 200, complete: false });
  });

  it.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a coding nobody asked for', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a head beyond the limit', `HTTP/1.1 200 OK\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(100)}\r\n`],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ])('an answer with %s is 502', async (_, bytes) => {
    const { port, proxy } = await proxyTo([await answering(bytes)]);
    expect((await ask(port)).status).toBe(502);
    expect(proxy.own).toEqual({ 'bad-response': 1 });
  });

  it('folded lines and spaces before colons of an answer are mended', async () => {
    const { port } = await proxyTo([
      await answering('HTTP/1.1 200 OK\r\nX-A : 1\r\nX-B: one\r\n  two\r\nContent-Length: 0\r\n\r\n'),
    ]);
    expect((await ask(port)).headers).toMatchObject({ 'x-a': '1', 'x-b': 'one two' });
  });
});
