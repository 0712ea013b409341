import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import { cleanUp, onCleanUp, proxyTo } from '../rig.ts';

afterEach(cleanUp);

const proto = `syntax = "proto3"; package shop;
message Order { string id = 1; int32 count = 2; }
message Reply { string node = 1; Order order = 2; }
service Orders {
  rpc Get (Order) returns (Reply) { option (google.api.http) = { get: "/v1/orders/{id}" }; }
  rpc Create (Order) returns (Reply) { option (google.api.http) = { post: "/v1/orders" body: "*" }; }
}`;

interface Heard {
  readonly path: string;
  readonly te: unknown;
  readonly type: unknown;
  readonly message: string;
}

/** A gRPC server of node's own: answers with what it is told, and remembers what it heard. */
async function grpcServer(status: string, reply: Buffer | null, message = '') {
  const heard: Heard[] = [];
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      heard.push({
        path: headers[':path'] ?? '',
        te: headers.te,
        type: headers['content-type'],
        message: Buffer.concat(chunks).toString('hex'),
      });
      const trailers = { 'grpc-status': status, 'grpc-message': message };
      if (reply === null) {
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc', ...trailers },
          { endStream: true },
        );
        return;
      }
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(() => server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

/** Reply { node: "b1", order: { id: "42" } } in its frame. */
const reply = Buffer.from('000000000a0a0262311204' + '0a023432', 'hex');
const on: L7Patch = { transcode: { enabled: true, proto }, pool: { protocol: 'http2' } };

async function gateway(server: { readonly port: number }, more: L7Patch = {}) {
  const made = await proxyTo([server.port], { ...on, ...more });
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://127.0.0.1:${made.port}${path}`, init);
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
  };
  return { ...made, ask };
}

describe('REST in front, gRPC behind', () => {
  it('a path is a call, and its message comes back as JSON', async () => {
    const server = await grpcServer('0', reply);
    const { ask, proxy, log } = await gateway(server);
    const answer = await ask('/v1/orders/42?count=3');
    expect(answer).toEqual({
      status: 200,
      type: 'application/json',
      body: '{"node":"b1","order":{"id":"42"}}\n',
    });
    expect(server.heard).toEqual([
      {
        path: '/shop.Orders/Get',
        te: 'trailers',
        type: 'application/grpc',
        message: '00000000060a0234321003',
      },
    ]);
    expect(proxy.pipeline.stats().transcode).toEqual({ calls: 1, refused: 0, 'grpc-0': 1 });
    expect(log[0]?.why).toContain('transcode: GET /v1/orders/{id} -> /shop.Orders/Get');
  });

  it('a body is the message', async () => {
    const server = await grpcServer('0', reply);
    const { ask } = await gateway(server);
    expect((await ask('/v1/orders', { method: 'POST', body: '{"id":"42"}' })).status).toBe(200);
    expect(server.heard[0]?.message).toBe('00000000040a023432');
  });

  it.each([
    ['5', 404],
    ['3', 400],
    ['16', 401],
    ['14', 503],
    ['99', 500],
  ])('grpc-status %s is %i, with or without a body before it', async (code, status) => {
    for (const body of [null, Buffer.alloc(0)]) {
      const { ask } = await gateway(await grpcServer(code, body, 'no%20such'));
      const answer = await ask('/v1/orders/1');
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body)).toEqual({ code: Number(code), message: 'no such' });
    }
  });

  it('what fits no message is refused here, and no target hears of it', async () => {
    const server = await grpcServer('0', reply);
    const { ask, proxy } = await gateway(server, { transcode: { enabled: true, proto, messageBytes: 40 } });
    expect(await ask('/v1/orders/1?count=many')).toMatchObject({
      status: 400,
      body: expect.stringContaining('int32') as string,
    });
    expect((await ask('/v1/orders', { method: 'POST', body: `{"id":"${'x'.repeat(50)}"}` })).status).toBe(
      413,
    );
    expect(server.heard).toEqual([]);
    expect(proxy.pipeline.stats().transcode).toMatchObject({ calls: 0, refused: 2 });
  });

  it('what the proto does not name goes on as it is; a broken answer is 502', async () => {
    const server = await grpcServer('0', Buffer.from('0000000003ffffff', 'hex'));
    const { ask } = await gateway(server);
    expect((await ask('/v1/orders/1')).status).toBe(502);
    await ask('/other');
    expect(server.heard.map(({ path }) => path)).toEqual(['/shop.Orders/Get', '/other']);
  });

  it('a proto that will not do is refused, and the old one goes on', async () => {
    const { ask, proxy, change } = await gateway(await grpcServer('0', reply));
    expect(() => change({ ...on, transcode: { enabled: true, proto: 'message' } })).toThrow(
      'proto 1:1: a name expected',
    );
    expect(proxy.pipeline.stats().transcode).toBeDefined();
    expect((await ask('/v1/orders/42')).status).toBe(200);
  });
});
