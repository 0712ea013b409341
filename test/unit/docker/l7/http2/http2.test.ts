import * as http2 from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestBackend } from '../../../../support/backend.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { ask, cleanUp, echoHead, httpBackend, onCleanUp, proxyTo, seen } from '../rig.ts';

afterEach(cleanUp);

async function http2Backend(
  listener: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  settings: http2.Settings = {},
) {
  let sessions = 0;
  let streams = 0;
  const open = new Set<http2.ServerHttp2Session>();
  const server = http2.createServer({ settings });
  server.on('session', (session) => {
    sessions += 1;
    open.add(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => {
    streams += 1;
    stream.on('error', () => undefined);
    listener(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(() => {
    for (const session of open) session.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sessions: () => sessions, streams: () => streams };
}

function client(port: number) {
  const socket = connect(port, '127.0.0.1');
  const session = http2.connect(`http://127.0.0.1:${port}`, { createConnection: () => socket });
  session.on('error', () => undefined);
  onCleanUp(() => session.destroy());
  const request = (headers: http2.OutgoingHttpHeaders, body?: string) =>
    new Promise<{
      status: number;
      headers: http2.IncomingHttpHeaders;
      trailers: object;
      body: string;
      code: number;
    }>((resolve) => {
      const stream = session.request(headers, { endStream: body === undefined });
      const got = { status: 0, headers: {}, trailers: {}, body: '', code: 0 };
      stream.on('response', (head) => Object.assign(got, { status: head[':status'], headers: head }));
      stream.on('trailers', (trailers: object) => (got.trailers = trailers));
      stream.on('data', (chunk) => (got.body += String(chunk)));
      stream.on('error', () => undefined);
      stream.on('close', () => resolve({ ...got, code: stream.rstCode }));
      if (body !== undefined) stream.end(body);
    });
  return { socket, session, request };
}

describe('HTTP/2 with clients', () => {
  it('streams of one connection spread over HTTP/1.1 targets', async () => {
    const one = await httpBackend(echoHead);
    const two = await httpBackend(echoHead);
    const { port, proxy, records } = await proxyTo([one.port, two.port]);
    const { request } = client(port);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        request({
          ':path': '/x?y',
          cookie: ['a=1', 'b=2'],
          'x-forwarded-for': '1.2.3.4',
          host: `127.0.0.1:${port}`,
        }),
      ),
    );
    const heads = answers.map(
      ({ body }) => JSON.parse(body) as { url: string; headers: Record<string, string> },
    );
    expect(heads[0]).toMatchObject({
      url: '/x?y',
      headers: { host: `127.0.0.1:${port}`, cookie: 'a=1; b=2', 'x-forwarded-for': '1.2.3.4, 127.0.0.1' },
    });
    expect(proxy.connections.accepted).toBe(1);
    await waitUntil(() => proxy.requests.view().answered === 6);
    expect(records.after(0)).toHaveLength(6);
    expect([one.connections(), two.connections()]).toEqual([3, 3]);
  });

  it('carries bodies and refuses what would be smuggled into HTTP/1', async () => {
    const target = await httpBackend((incoming, outgoing) => incoming.pipe(outgoing));
    const { port, proxy } = await proxyTo([target.port]);
    const { request } = client(port);
    const body = 'b'.repeat(300_000);
    expect((await request({ ':method': 'POST', ':path': '/' }, body)).body === body).toBe(true);
    expect((await request({ ':path': '/', ':authority': 'one', host: 'other' })).status).toBe(400);
    expect((await request({ ':method': 'CONNECT', ':authority': 'a:1' })).status).toBe(405);
    expect(proxy.own).toEqual({ 'bad-request': 2 });
  });

  it('own answers, cut answers, and clients that leave', async () => {
    const target = await httpBackend((incoming, outgoing) => {
      if (incoming.url === '/cut') {
        outgoing.writeHead(200, { 'content-length': 100 });
        outgoing.write('some', () => outgoing.destroy());
      }
    });
    const { port, proxy, change } = await proxyTo([target.port]);
    const { session, request } = client(port);
    const cut = await request({ ':path': '/cut' });
    expect(cut.code).not.toBe(0);
    const leaving = session.request({ ':path': '/hang' });
    leaving.on('error', () => undefined);
    await waitUntil(() => proxy.requests.view().inFlight === 1);
    leaving.close(http2.constants.NGHTTP2_CANCEL);
    await waitUntil(() => proxy.own['client-gone'] === 1);
    change({ targets: [] });
    const none = await request({ ':path': '/' });
    expect([none.status, none.body]).toEqual([503, expect.stringContaining('no-target')]);
  });

  it('rapid reset ends the connection', async () => {
    const target = await httpBackend(() => undefined);
    const { port, proxy } = await proxyTo([target.port], { http2: { resetsAtOnce: 20, resetsPerSecond: 1 } });
    const { session } = client(port);
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    let opened = 0;
    await waitUntil(() => {
      for (let i = 0; i < 20 && !session.destroyed && !session.closed; i++) {
        const stream = session.request({ ':path': '/' });
        stream.on('error', () => undefined);
        stream.close(http2.constants.NGHTTP2_CANCEL);
        opened += 1;
      }
      return session.destroyed || session.closed;
    });
    expect(opened).toBeLessThan(2000);
    await waitUntil(() => proxy.requests.view().inFlight === 0);
  });
});

describe('HTTP/2 connections', () => {
  it('that a client closes, politely or not, are closed here and at the target', async () => {
    const target = await startTestBackend({ settings: { http2: true } });
    onCleanUp(() => target.stop());
    const { port, proxy } = await proxyTo([target.port], { pool: { protocol: 'http2', idleMs: 60_000 } });
    for (const leave of ['close', 'destroy', 'fin'] as const) {
      for (const at of [port, target.port]) {
        const { socket, session, request } = client(at);
        expect((await request({ ':path': '/' })).status).toBe(200);
        if (leave === 'fin') socket.destroy();
        else session[leave]();
      }
    }
    await waitUntil(() => proxy.connections.open === 0);
    // The proxy's own stays.
    await waitUntil(() => target.stats().connections.open === 1);
  });
});

describe('HTTP/2 with targets', () => {
  it('many requests of HTTP/1 clients share one connection', async () => {
    const target = await http2Backend((stream, headers) => {
      stream.respond({ ':status': 200, 'x-path': String(headers[':path']) });
      stream.pipe(stream);
    });
    const { port, proxy, group } = await proxyTo([target.port], { pool: { protocol: 'http2' } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ask(port, { method: 'POST', body: `body ${i}` })),
    );
    expect(answers.map(({ body }) => body)).toEqual(answers.map((_, i) => `body ${i}`));
    expect(answers[0]?.headers['x-path']).toBe('/x?y=1');
    expect(target.sessions()).toBe(1);
    expect(group.members[0]?.counters).toMatchObject({ opened: 1, open: 1 });
    await waitUntil(() => proxy.requests.view().answered === 20);
  });

  it('another connection opens when the first has no stream left, and then they queue', async () => {
    const waiting: http2.ServerHttp2Stream[] = [];
    const target = await http2Backend((stream) => waiting.push(stream), { maxConcurrentStreams: 2 });
    const { port, proxy, group } = await proxyTo([target.port], { poolSize: 2, pool: { protocol: 'http2' } });
    const answers = Array.from({ length: 5 }, () => ask(port));
    const [member] = group.members;
    if (member === undefined) throw new Error('no member');
    await waitUntil(() => waiting.length === 4 && proxy.pool(member)?.queued === 1);
    expect(target.sessions()).toBe(2);
    let answered = 0;
    for (const answer of answers) void answer.then(() => (answered += 1));
    await waitUntil(() => {
      for (const stream of waiting.splice(0)) stream.respond({ ':status': 204 }, { endStream: true });
      return answered === 5;
    });
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
  });

  it('a refused stream is tried elsewhere, even a POST', async () => {
    const bad = await http2Backend((stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM));
    const good = await http2Backend((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('good');
    });
    const { port } = await proxyTo([bad.port, good.port], { pool: { protocol: 'http2' } });
    for (let i = 0; i < 4; i++) expect((await ask(port, { method: 'POST', body: 'x' })).body).toBe('good');
  });

  it('a dead target is 502', async () => {
    const target = await http2Backend(() => undefined);
    const { port, proxy, change } = await proxyTo([1], { pool: { protocol: 'http2' } });
    expect((await ask(port)).status).toBe(502);
    expect(proxy.own).toEqual({ refused: 1 });
    change({ targets: [{ id: 't1', address: '127.0.0.1', port: target.port }], responseTimeoutMs: 50 });
    expect((await ask(port)).status).toBe(504);
  });

  it('HTTP/1 stays HTTP/1 for a client without it', async () => {
    const target = await httpBackend(echoHead);
    const { port } = await proxyTo([target.port], { http2: { enabled: false } });
    expect(seen(await ask(port)).url).toBe('/x?y=1');
    const { session } = client(port);
    await waitUntil(() => session.destroyed);
  });
});

describe('gRPC, with its own client and server', () => {
  const pass = (value: Buffer) => value;
  const call = {
    path: '/lab.Echo/Say',
    requestStream: false,
    responseStream: false,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  } as const;

  it('calls of one connection spread, with trailers and with an answer of trailers only', async () => {
    const counts = [0, 0, 0];
    const ports: number[] = [];
    for (const index of counts.keys()) {
      const server = new grpc.Server();
      server.addService(
        { say: call },
        {
          say: (asked: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) => {
            counts[index] = (counts[index] ?? 0) + 1;
            if (asked.request.toString() === 'fail')
              answer({ code: grpc.status.NOT_FOUND, details: 'not here' });
            else answer(null, Buffer.from(`heard ${asked.request.toString()}`));
          },
        },
      );
      const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
          error === null ? resolve(bound) : reject(error),
        ),
      );
      onCleanUp(() => server.forceShutdown());
      ports.push(port);
    }
    const { port, proxy } = await proxyTo(ports, { pool: { protocol: 'http2' } });
    const stub = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    onCleanUp(() => stub.close());
    const say = (text: string) =>
      new Promise<string>((resolve) =>
        stub.makeUnaryRequest(call.path, pass, pass, Buffer.from(text), (error, value) =>
          resolve(error === null ? String(value) : `${error.code} ${error.details}`),
        ),
      );
    for (let i = 0; i < 30; i++) expect(await say(`${i}`)).toBe(`heard ${i}`);
    expect(counts).toEqual([10, 10, 10]);
    expect(await say('fail')).toBe('5 not here');
    expect(proxy.connections.accepted).toBe(1);
  });
});
