import * as http2 from 'node:http2';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../support/wait.ts';
import { ask, cleanUp, echoHead, httpBackend, onCleanUp, proxyTo, seen } from './rig.ts';

afterEach(cleanUp);

/** A target that answers when it is told to. */
async function waiting() {
  const open: (() => void)[] = [];
  const target = await httpBackend((_, outgoing) => void open.push(() => outgoing.end('done')));
  return { port: target.port, waits: () => open.length, release: () => open.splice(0).forEach((go) => go()) };
}

const grace = 20_000;

describe('a proxy that is told to stop', () => {
  it('HTTP/1: answers what is under way, and says that it is the last', async () => {
    const target = await waiting();
    const { port, proxy } = await proxyTo([target.port]);
    const idle = connect(port, '127.0.0.1');
    let gone = false;
    idle.on('error', () => undefined).on('close', () => (gone = true));
    idle.resume();
    idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await waitUntil(() => target.waits() === 1);
    target.release();
    await waitUntil(() => proxy.requests.view().answered === 1);
    const answer = ask(port, { headers: { Connection: 'keep-alive' } });
    await waitUntil(() => target.waits() === 1);
    const closed = proxy.close(grace);
    await waitUntil(() => gone);
    target.release();
    expect(await answer).toMatchObject({ status: 200, body: 'done', headers: { connection: 'close' } });
    await closed;
    await expect(ask(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('HTTP/2: warns first, still serves what comes before its last word, then closes', async () => {
    const target = await waiting();
    const { port, proxy } = await proxyTo([target.port]);
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on('error', () => undefined);
    onCleanUp(() => session.destroy());
    const last: number[] = [];
    session.on('goaway', (_code, stream: number) => last.push(stream));
    const bodies: string[] = [];
    const send = () => {
      const stream = session.request({ ':path': '/' });
      stream.on('data', (chunk) => bodies.push(String(chunk)));
      stream.on('error', () => undefined);
    };
    send();
    await waitUntil(() => target.waits() === 1);
    const closed = proxy.close(grace);
    await waitUntil(() => last.length === 2);
    expect(last[0]).toBe(2 ** 31 - 1);
    expect(last[1]).toBe(1);
    target.release();
    await closed;
    expect(bodies).toEqual(['done']);
  });

  it('cuts what is left after the grace', async () => {
    const target = await waiting();
    const { port, proxy } = await proxyTo([target.port]);
    const answer = ask(port);
    answer.catch(() => undefined);
    await waitUntil(() => target.waits() === 1);
    await proxy.close(50);
    await expect(answer).rejects.toThrow();
  });
});

describe('Via', () => {
  it('is added where it is wanted, after those that are there', async () => {
    const target = await httpBackend(echoHead);
    const off = await proxyTo([target.port]);
    expect(seen(await ask(off.port)).headers).not.toHaveProperty('via');
    const on = await proxyTo([target.port], { http: { via: true } });
    expect(seen(await ask(on.port, { headers: { Via: '1.0 first' } })).headers.via).toBe(
      '1.0 first, 1.1 blindspot',
    );
  });
});

describe('WebSocket over HTTP/2', () => {
  /** Takes the upgrade and gives every byte back. */
  async function echoing() {
    const server = createServer((_, outgoing) => void outgoing.writeHead(426).end());
    const keys: unknown[] = [];
    const sockets = new Set<Socket>();
    server.on('upgrade', (request, socket: Socket) => {
      keys.push(request.headers['sec-websocket-key']);
      sockets.add(socket);
      socket.on('error', () => undefined);
      if (request.url === '/no') {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n',
      );
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onCleanUp(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, keys };
  }

  async function open(port: number, path: string, protocol = 'websocket') {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on('error', () => undefined);
    onCleanUp(() => session.destroy());
    await waitUntil(() => session.remoteSettings.enableConnectProtocol === true);
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': protocol,
      ':scheme': 'http',
      ':path': path,
      ':authority': 'a.test',
      'sec-websocket-version': '13',
    });
    stream.on('error', () => undefined);
    const head = await new Promise<http2.IncomingHttpHeaders>((resolve) => stream.on('response', resolve));
    return { stream, head };
  }

  it('a stream is a tunnel to an HTTP/1 target (RFC 8441)', async () => {
    const target = await echoing();
    const { port } = await proxyTo([target.port]);
    const { stream, head } = await open(port, '/ws');
    expect(head[':status']).toBe(200);
    expect(head).not.toHaveProperty('sec-websocket-accept');
    expect(target.keys[0]).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    let back = '';
    stream.on('data', (chunk) => (back += String(chunk)));
    stream.write('hello');
    await waitUntil(() => back === 'hello');
    stream.end();
    await waitUntil(() => stream.closed);
  });

  it('a refusal is passed on; any other protocol is refused here', async () => {
    const target = await echoing();
    const { port } = await proxyTo([target.port]);
    expect((await open(port, '/no')).head[':status']).toBe(403);
    expect((await open(port, '/ws', 'other')).head[':status']).toBe(405);
  });
});
