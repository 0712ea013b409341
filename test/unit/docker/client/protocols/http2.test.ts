import * as http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClientSettings } from '../../../../../docker/protocol/client.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { answer, closedPort, startServer, startTestClient } from '../rig.ts';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

interface H2Server {
  readonly port: number;
  readonly connections: Socket[];
  readonly headers: http2.IncomingHttpHeaders[];
}

async function serving(
  serve: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, socket: Socket) => void,
): Promise<H2Server> {
  const connections: Socket[] = [];
  const headers: http2.IncomingHttpHeaders[] = [];
  const server = http2.createServer();
  server.on('connection', (socket: Socket) => connections.push(socket));
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, head) => {
    stream.on('error', () => undefined);
    headers.push(head);
    const socket = connections.at(-1);
    if (socket !== undefined) serve(stream, head, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  toClose.push(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections, headers };
}

function loading(port: number, settings: Partial<ClientSettings>) {
  const client = startTestClient(port, { protocol: 'http2', ...settings });
  toClose.push(() => client.stop());
  return client;
}

const ok = (stream: http2.ServerHttp2Stream) => {
  stream.respond({ ':status': 200, 'x-blindspot-server': 'b2' });
  stream.end('hello');
};

describe('http2', () => {
  test('kept: streams of one session per user', async () => {
    const server = await serving(ok);
    const client = loading(server.port, { total: 60, users: 3, connections: 'kept' });
    const stats = await client.quiet();
    expect(stats).toMatchObject({ answered: 60, byServer: { b2: { 200: 60 } } });
    expect(stats.connections).toMatchObject({ opened: 3, open: 3, reused: 57 });
    expect(server.connections).toHaveLength(3);
    expect(stats.bytes.received).toBeGreaterThan(60 * 5);
    expect(stats.bytes.sent).toBeGreaterThan(60 * 10);
    expect(server.headers[0]).toMatchObject({ 'x-blindspot-client': 'client-1', ':path': '/' });
  });

  test('new: a session per request', async () => {
    const server = await serving(ok);
    const client = loading(server.port, { total: 10, method: 'POST', bodyBytes: 1000 });
    const stats = await client.quiet();
    expect(stats).toMatchObject({ answered: 10, connections: { opened: 10, reused: 0 } });
    await waitUntil(() => client.stats().connections.open === 0);
  });

  test('a user’s requests in flight share the session', async () => {
    const held: http2.ServerHttp2Stream[] = [];
    const server = await serving((stream) => held.push(stream));
    const client = loading(server.port, { total: 5, users: 1, connections: 'kept' });
    await waitUntil(() => held.length === 5);
    expect(server.connections).toHaveLength(1);
    // A change of settings that needs other connections lets what is in flight come home.
    client.patch({ connections: 'new' });
    for (const stream of held) ok(stream);
    expect(await client.quiet()).toMatchObject({ answered: 5 });
    await waitUntil(() => client.stats().connections.open === 0);
  });

  test('a stream that the server never looked at goes again, at no cost to its user', async () => {
    let refused = 0;
    const server = await serving((stream) => {
      if (refused >= 2) ok(stream);
      else {
        refused += 1;
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      }
    });
    const client = loading(server.port, { total: 5, users: 1, connections: 'kept' });
    expect(await client.quiet()).toMatchObject({ scheduled: 5, answered: 5, failed: 0 });
    expect(server.headers).toHaveLength(7);
  });

  test('a server that refuses every stream is not asked for ever', async () => {
    const server = await serving((stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM));
    const client = loading(server.port, { total: 2, users: 1, connections: 'kept' });
    expect(await client.quiet()).toMatchObject({ failed: 2, byFailure: { reset: 2 } });
    expect(server.headers).toHaveLength(6);
  });

  test('goodbyes in mid-load cost nobody anything', async () => {
    const server = await serving((stream) => {
      // The fortieth of each connection is its last, and is named: node swallows whatever comes after a goodbye. Should all
      // hundred come at once, the last of them go out for the third time, and no request goes more often.
      if (stream.id === 79) {
        (stream.session as http2.ServerHttp2Session).goaway(http2.constants.NGHTTP2_NO_ERROR, stream.id);
      }
      ok(stream);
    });
    const client = loading(server.port, { total: 100, rate: 500, users: 1, connections: 'kept' });
    expect(await client.quiet()).toMatchObject({ answered: 100, failed: 0 });
  });

  const failures: Record<string, [string, Parameters<typeof serving>[0]]> = {
    'RST_STREAM before the answer': [
      'reset',
      (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
    ],
    'RST_STREAM inside the body': [
      'truncated',
      (stream) => {
        stream.respond({ ':status': 200 });
        stream.write('x', () => setTimeout(() => stream.destroy(new Error('broken')), 50));
      },
    ],
    'the connection is closed inside the body': [
      'truncated',
      (stream, _headers, socket) => {
        stream.respond({ ':status': 200 });
        stream.write('x', () => setTimeout(() => socket.end(), 50));
      },
    ],
    'the connection is closed': ['closed-early', (_stream, _headers, socket) => socket.end()],
    'the connection is reset': ['reset', (_stream, _headers, socket) => socket.resetAndDestroy()],
    'no answer': ['first-byte-timeout', () => undefined],
    'no end': ['total-timeout', (stream) => stream.respond({ ':status': 200 })],
  };
  for (const [name, [kind, serve]] of Object.entries(failures)) {
    test(`${name}: ${kind}`, async () => {
      const server = await serving(serve);
      const client = loading(server.port, { total: 1, firstByteTimeoutMs: 200, totalTimeoutMs: 400 });
      expect((await client.quiet()).byFailure).toEqual({ [kind]: 1 });
    });
  }

  test('nobody listens: refused', async () => {
    const client = loading(await closedPort(), { total: 1 });
    expect(await client.quiet()).toMatchObject({
      byFailure: { refused: 1 },
      connections: { failed: 1, opened: 0 },
    });
  });

  test('a server that only speaks HTTP/1.1: bad-response', async () => {
    const server = await startServer((socket) => socket.end(answer(400)));
    toClose.push(() => server.close());
    const client = loading(server.port, { total: 1 });
    expect((await client.quiet()).byFailure).toEqual({ 'bad-response': 1 });
  });
});

describe('grpc', () => {
  const method = (path: string) => ({
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  });

  test('the status is the trailer’s, not HTTP’s', async () => {
    const server = new Server();
    server.addService(
      { check: method('/grpc.health.v1.Health/Check'), fail: method('/lab.Shop/Buy') },
      {
        // HealthCheckResponse{status: SERVING}
        check: (_call: unknown, done: (error: null, bytes: Buffer) => void) =>
          done(null, Buffer.from([8, 1])),
        fail: (_call: unknown, done: (error: object) => void) =>
          done({ code: status.UNAVAILABLE, details: 'no' }),
      },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    toClose.push(() => server.forceShutdown());
    const client = loading(port, {
      protocol: 'grpc',
      total: 30,
      users: 3,
      connections: 'kept',
      paths: ['/', '/lab.Shop/Buy', '/lab.Shop/Unknown'],
    });
    expect(await client.quiet()).toMatchObject({
      answered: 30,
      byStatus: { 'grpc-0': 10, 'grpc-14': 10, 'grpc-12': 10 },
      users: { served: 3, hurt: 3 },
    });
  });

  test('a server that is none: its HTTP status, or bad-response', async () => {
    const plain = await serving((stream) => {
      stream.respond({ ':status': 404 });
      stream.end();
    });
    const client = loading(plain.port, { protocol: 'grpc', total: 1 });
    expect(await client.quiet()).toMatchObject({ byStatus: { 404: 1 } });
    const cheerful = await serving(ok);
    const other = loading(cheerful.port, { protocol: 'grpc', total: 1 });
    expect(await other.quiet()).toMatchObject({ byFailure: { 'bad-response': 1 } });
  });

  test('HTTP/1.1 only: closed or strange, never an answer', async () => {
    const server = await startServer((socket) => socket.end(answer(400)));
    toClose.push(() => server.close());
    const client = loading(server.port, { protocol: 'grpc', total: 1, firstByteTimeoutMs: 500 });
    expect(await client.quiet()).toMatchObject({ answered: 0, failed: 1 });
  });
});
