import { createHash, randomBytes } from 'node:crypto';
import * as http2 from 'node:http2';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { flags, frame, headers, settings, types, u32 } from '../../../../support/http2-wire.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { ask, cleanUp, httpBackend, onCleanUp, proxyTo, raw } from '../rig.ts';
import { frameTarget } from './frame-target.ts';

/** Targets of HTTP/2 on real connections: libraries that others wrote, and what those would never do. */
afterEach(cleanUp);

const pool = { protocol: 'http2' } as const;
const ok = [[':status', '200']] as const;
const whole = flags.endHeaders | flags.endStream;
const answer = (stream: number) => headers(stream, ok, whole);

async function server(on: (server: http2.Http2Server) => void, options: http2.ServerOptions = {}) {
  const made = http2.createServer(options);
  const sessions: http2.ServerHttp2Session[] = [];
  made.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  made.on('stream', (stream: http2.ServerHttp2Stream) => stream.on('error', () => undefined));
  on(made);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  onCleanUp(() => {
    for (const session of sessions) session.destroy();
    made.close();
  });
  return { port: (made.address() as AddressInfo).port, sessions };
}

describe('a target that goes', () => {
  it('GOAWAY: what it did not look at is tried elsewhere, even a POST, and it is asked again on another connection', async () => {
    const leaving = await frameTarget(({ connection, stream, send }) => {
      if (connection === 0) send(frame(types.goaway, 0, 0, u32(0, 0)));
      else send(answer(stream));
    });
    const { port, proxy } = await proxyTo([leaving.port], { pool });
    expect((await ask(port, { method: 'POST', body: 'x' })).status).toBe(200);
    expect(leaving.connections).toHaveLength(2);
    expect(proxy.own).toEqual({});
  });

  it('one kept connection was closed in the moment of use: a GET is tried again, a POST is not', async () => {
    const target = await frameTarget(({ connection, request: at, stream, send, reset }) => {
      if (connection !== 1 && at === 1) reset();
      else send(answer(stream));
    });
    const { port } = await proxyTo([target.port], { pool });
    expect((await ask(port)).status).toBe(200);
    expect((await ask(port)).status).toBe(200);
    expect(target.connections).toHaveLength(2);
    await waitUntil(() => target.open() === 1);
    const other = await proxyTo([target.port], { pool });
    expect((await ask(other.port)).status).toBe(200);
    expect((await ask(other.port, { method: 'POST', body: 'x' })).status).toBe(502);
  });

  it('idle connections are closed politely, before the target does it', async () => {
    const target = await frameTarget(({ stream, send }) => send(answer(stream)));
    const { port } = await proxyTo([target.port], { pool: { ...pool, idleMs: 50 } });
    expect((await ask(port)).status).toBe(200);
    await waitUntil(() => target.open() === 0, 15_000, 'the close');
    expect(target.connections[0]?.at(-1)?.type).toBe(types.goaway);
  });

  it('a connection carries as many requests as it may, and another comes after it', async () => {
    const target = await frameTarget(({ stream, send }) => send(answer(stream)));
    const { port } = await proxyTo([target.port], { pool: { ...pool, requestsPerConnection: 2 } });
    for (let i = 0; i < 6; i++) expect((await ask(port)).status).toBe(200);
    expect(target.connections).toHaveLength(3);
  });
});

describe('a target that is none', () => {
  it('HTTP/1 in place of HTTP/2 is a bad answer', async () => {
    const target = await httpBackend((_, outgoing) => outgoing.end('hello'));
    const { port, proxy } = await proxyTo([target.port], { pool, connectRetries: 0 });
    expect((await ask(port)).status).toBe(502);
    expect(proxy.own).toEqual({ 'bad-response': 1 });
  });

  it('no SETTINGS in time is no connection', async () => {
    const silent = await raw((socket) => socket.resume());
    const { port, proxy } = await proxyTo([silent], { pool, connectTimeoutMs: 50, connectRetries: 0 });
    expect((await ask(port)).status).toBe(504);
    expect(proxy.own).toEqual({ 'connect-timeout': 1 });
  });

  it('who answers neither a request nor a PING is given up, and the next request has a connection of its own', async () => {
    const target = await frameTarget(({ connection, stream, send }) => {
      if (connection === 1) send(answer(stream));
    });
    const { port } = await proxyTo([target.port], { pool, responseTimeoutMs: 100, connectTimeoutMs: 2000 });
    expect((await ask(port)).status).toBe(504);
    const told = target.connections[0] ?? [];
    await waitUntil(() => told.some(({ type }) => type === types.ping), 15_000, 'the question');
    await waitUntil(() => target.open() === 0, 15_000, 'the close');
    expect((await ask(port)).status).toBe(200);
  });

  it('one wrong answer among many is one 502', async () => {
    const target = await frameTarget(({ request: at, stream, send }) => {
      send(at === 3 ? headers(stream, [['no', 'status']], whole) : answer(stream));
    });
    const { port, proxy } = await proxyTo([target.port], { pool });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await ask(port)).status);
    expect(statuses).toEqual([200, 200, 200, 502, 200, 200]);
    expect(target.connections).toHaveLength(1);
    expect(proxy.own).toEqual({ 'bad-response': 1 });
  });

  it('a wrong frame ends all that is on its connection, and nobody waits for ever', async () => {
    const target = await frameTarget(({ request: at, send }) => {
      if (at === 2) send(frame(types.pushPromise, flags.endHeaders, 1, u32(2)));
    });
    const { port } = await proxyTo([target.port], { pool });
    const answers = await Promise.all([ask(port), ask(port), ask(port)]);
    expect(answers.map(({ status }) => status)).toEqual([502, 502, 502]);
  });
});

describe('how much a target takes', () => {
  it('fewer streams than before: the others wait', async () => {
    const waiting: http2.ServerHttp2Stream[] = [];
    let most = 0;
    const { port: at, sessions } = await server(
      (made) =>
        made.on('stream', (stream: http2.ServerHttp2Stream) => {
          waiting.push(stream);
          most = Math.max(most, waiting.length);
        }),
      { settings: { maxConcurrentStreams: 10 } },
    );
    const { port, proxy, group } = await proxyTo([at], { pool, poolSize: 1 });
    const first = ask(port);
    await waitUntil(() => waiting.length === 1);
    await new Promise<void>((resolve) => sessions[0]?.settings({ maxConcurrentStreams: 2 }, () => resolve()));
    const others = Array.from({ length: 5 }, () => ask(port));
    const [member] = group.members;
    if (member === undefined) throw new Error('no member');
    await waitUntil(() => proxy.pool(member)?.queued === 4);
    let answered = 0;
    for (const one of [first, ...others]) void one.then(() => (answered += 1));
    await waitUntil(() => {
      for (const stream of waiting.splice(0)) stream.respond({ ':status': 204 }, { endStream: true });
      return answered === 6;
    });
    expect(most).toBe(2);
    expect(sessions).toHaveLength(1);
  });

  it('a body goes through windows of any size, both ways, whole', async () => {
    const { port: at } = await server(
      (made) =>
        made.on('stream', (stream: http2.ServerHttp2Stream) => {
          stream.respond({ ':status': 200 });
          stream.pipe(stream);
        }),
      { settings: { initialWindowSize: 1000 } },
    );
    const { port } = await proxyTo([at], { pool });
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const body = randomBytes(700_000).toString('hex');
    const answers = await Promise.all([1, 2, 3].map(() => ask(port, { method: 'POST', body })));
    expect(answers.map((one) => digest(one.body))).toEqual([1, 2, 3].map(() => digest(body)));
  });

  it('a slow client holds its target, and not the others of the same connection', async () => {
    let written = 0;
    const { port: at, sessions } = await server((made) =>
      made.on('stream', (stream: http2.ServerHttp2Stream, asked: http2.IncomingHttpHeaders) => {
        stream.respond({ ':status': 200 });
        if (asked['x-much'] === undefined) {
          stream.end('little');
          return;
        }
        const piece = Buffer.alloc(65_536);
        const more = (): void => {
          if (stream.destroyed) return;
          written += piece.length;
          stream.write(piece, more);
        };
        more();
      }),
    );
    const { port } = await proxyTo([at], { pool });
    const slow = request({ port, host: '127.0.0.1', headers: { 'x-much': '1' } }, (incoming) =>
      incoming.pause(),
    );
    slow.on('error', () => undefined);
    slow.end();
    let before = -1;
    // What the windows and the kernel's buffers hold, and then no more.
    await waitUntil(async () => {
      const still = written === before && written > 0;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return still && written === before;
    }, 30_000);
    for (let i = 0; i < 3; i++) expect((await ask(port)).body).toBe('little');
    expect(sessions).toHaveLength(1);
    slow.destroy();
  });

  it('an answer before the request is over is passed on, and the rest is not sent', async () => {
    const { port: at } = await server((made) =>
      made.on('stream', (stream: http2.ServerHttp2Stream) => {
        stream.respond({ ':status': 413 });
        stream.end('too much');
      }),
    );
    const { port } = await proxyTo([at], { pool });
    const { status, body } = await ask(port, { method: 'POST', body: 'x'.repeat(50_000) });
    expect([status, body]).toEqual([413, 'too much']);
    expect((await ask(port)).status).toBe(413);
  });
});

describe('what a target is asked', () => {
  it('a 100 and a 103 come through, and a body waits for its 100', async () => {
    const { port: at } = await server((made) =>
      made.on('stream', (stream: http2.ServerHttp2Stream, asked: http2.IncomingHttpHeaders) => {
        stream.additionalHeaders({ ':status': 103, link: '</a.css>' });
        if (asked.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
        let body = '';
        stream.on('data', (chunk) => (body += String(chunk)));
        stream.on('end', () => {
          stream.respond({ ':status': 200 });
          stream.end(body);
        });
      }),
    );
    const { port } = await proxyTo([at], { pool });
    const early: number[] = [];
    const body = await new Promise<string>((resolve, reject) => {
      const asked = request(
        { port, host: '127.0.0.1', method: 'PUT', headers: { expect: '100-continue' } },
        (incoming) => {
          let text = '';
          incoming.on('data', (chunk) => (text += String(chunk)));
          incoming.on('end', () => resolve(text));
        },
      );
      asked.on('error', reject);
      asked.on('information', ({ statusCode }) => early.push(statusCode));
      asked.on('continue', () => asked.end('after the 100'));
      asked.flushHeaders();
    });
    expect(body).toBe('after the 100');
    expect(early).toEqual([103, 100]);
  });

  const shake = (port: number) =>
    new Promise<{ status: number; accept: string | undefined; socket: Duplex | null; body: string }>(
      (resolve, reject) => {
        const key = Buffer.from('the sample nonce').toString('base64');
        const asked = request({
          port,
          host: '127.0.0.1',
          headers: {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-key': key,
            'sec-websocket-version': '13',
          },
        });
        asked.on('error', reject);
        asked.on('upgrade', ({ statusCode = 0, headers: said }, socket) => {
          onCleanUp(() => socket.destroy());
          resolve({ status: statusCode, accept: said['sec-websocket-accept'], socket, body: '' });
        });
        asked.on('response', (incoming) => {
          let body = '';
          incoming.on('data', (chunk) => (body += String(chunk)));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, accept: undefined, socket: null, body }),
          );
        });
        asked.end();
      },
    );

  it('a WebSocket goes in a stream where the target takes it so, with the answer to its key', async () => {
    const asked: http2.IncomingHttpHeaders[] = [];
    const { port: at } = await server(
      (made) =>
        made.on('stream', (stream: http2.ServerHttp2Stream, head: http2.IncomingHttpHeaders) => {
          asked.push(head);
          stream.respond({ ':status': 200 });
          stream.on('data', (chunk: Buffer) => stream.write(`heard ${chunk.toString()}`));
          stream.on('end', () => stream.end());
        }),
      { settings: { enableConnectProtocol: true } },
    );
    const { port, proxy } = await proxyTo([at], { pool });
    const { status, accept, socket } = await shake(port);
    // The example of RFC 6455 section 1.3.
    expect([status, accept]).toEqual([101, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=']);
    expect(asked[0]).toMatchObject({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/' });
    expect(asked[0]).not.toHaveProperty('sec-websocket-key');
    let heard = '';
    socket?.on('data', (chunk) => (heard += String(chunk)));
    socket?.write('one');
    await waitUntil(() => heard === 'heard one');
    socket?.write('two');
    await waitUntil(() => heard === 'heard oneheard two');
    socket?.end();
    await waitUntil(() => proxy.requests.view().inFlight === 0, 15_000, 'the end of the tunnel');
  });

  it('and is a plain request where it does not', async () => {
    const { port: at } = await server((made) =>
      made.on('stream', (stream: http2.ServerHttp2Stream, head: http2.IncomingHttpHeaders) => {
        stream.respond({ ':status': 426 });
        stream.end(`${head[':method'] ?? ''} ${String(head.upgrade)}`);
      }),
    );
    const { port } = await proxyTo([at], { pool });
    expect(await shake(port)).toMatchObject({ status: 426, body: 'GET undefined' });
  });

  it('a gRPC call talks both ways at once, and is cancelled through', async () => {
    const pass = (value: Buffer) => value;
    const chat = {
      path: '/lab.Echo/Chat',
      requestStream: true,
      responseStream: true,
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    } as const;
    const rpc = new grpc.Server();
    let cancelled = 0;
    rpc.addService(
      { chat },
      {
        chat: (stream: grpc.ServerDuplexStream<Buffer, Buffer>) => {
          stream.on('data', (said: Buffer) => stream.write(Buffer.from(`heard ${said.toString()}`)));
          stream.on('cancelled', () => (cancelled += 1));
          stream.on('end', () => stream.end());
        },
      },
    );
    const at = await new Promise<number>((resolve, reject) =>
      rpc.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    onCleanUp(() => rpc.forceShutdown());
    const { port } = await proxyTo([at], { pool });
    const stub = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    onCleanUp(() => stub.close());
    const talk = () => stub.makeBidiStreamRequest(chat.path, pass, pass);
    const call = talk();
    const heard: string[] = [];
    let status = -1;
    call.on('data', (said: Buffer) => heard.push(said.toString()));
    call.on('status', ({ code }: grpc.StatusObject) => (status = code));
    call.write(Buffer.from('one'));
    await waitUntil(() => heard.length === 1);
    call.write(Buffer.from('two'));
    await waitUntil(() => heard.length === 2);
    call.end();
    await waitUntil(() => status === 0, 15_000, 'the status');
    expect(heard).toEqual(['heard one', 'heard two']);
    const other = talk();
    other.on('error', () => undefined);
    other.on('data', () => other.cancel());
    other.write(Buffer.from('x'));
    await waitUntil(() => cancelled === 1, 15_000, 'the cancellation');
  });

  it('what a target says of itself is honoured from its first SETTINGS on', async () => {
    const target = await frameTarget(
      ({ stream, send }) => send(answer(stream)),
      settings([1, 0], [3, 1], [4, 10]),
    );
    const { port } = await proxyTo([target.port], { pool, poolSize: 1 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(port)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(target.connections).toHaveLength(1);
  });
});
