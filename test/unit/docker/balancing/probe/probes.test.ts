import { createServer as createHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeLine } from '../../../../../docker/balancing/probe/agent.ts';
import { checkRequest } from '../../../../../docker/balancing/probe/grpc.ts';
import { requestText } from '../../../../../docker/balancing/probe/http.ts';
import { readResponse } from '../../../../../docker/balancing/probe/http-response.ts';
import { probeTarget } from '../../../../../docker/balancing/probe/probes.ts';
import { healthCheckSchema } from '../../../../../docker/protocol/health-check.ts';
import type { HealthCheck } from '../../../../../docker/protocol/health-check.ts';
import { personaNamed } from '../../../../../docker/protocol/personas/personas.ts';
import { waitUntil } from '../../../../support/wait.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function listen(server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A TCP target that does as told with each connection. */
function raw(onSocket: (socket: Socket) => void): Promise<number> {
  return listen(
    createServer((socket) => {
      cleanups.push(() => socket.destroy());
      socket.on('error', () => undefined);
      onSocket(socket);
    }),
  );
}

const says = (text: string) => raw((socket) => socket.once('data', () => socket.end(text)));

function probe(port: number, check: Partial<HealthCheck>, signal = new AbortController().signal) {
  const settings = healthCheckSchema.parse({ timeoutMs: 5_000, ...check });
  return probeTarget({ address: '127.0.0.1', port, listener: '10.0.0.9:80' }, settings, signal);
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello';

describe('probes', () => {
  it('tcp: connects, closes with FIN, and says L4OK even to a target that never answers', async () => {
    const ends: string[] = [];
    const port = await raw((socket) => {
      socket.on('end', () => ends.push('fin'));
      socket.on('error', () => ends.push('rst'));
      socket.resume();
    });
    expect(await probe(port, { protocol: 'tcp' })).toMatchObject({ ok: true, code: 'L4OK' });
    await waitUntil(() => ends.length > 0);
    expect(ends).toEqual(['fin']);
  });

  it('refused is L4CON', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    for (const protocol of ['tcp', 'tls', 'http', 'grpc', 'agent'] as const) {
      const result = await probe(port, { protocol });
      expect(result, protocol).toMatchObject({ ok: false, code: 'L4CON', detail: 'connection refused' });
    }
  });

  it.each([
    ['http', 'L7TOUT'],
    ['tls', 'L6TOUT'],
    ['https', 'L6TOUT'],
    ['agent', 'L7TOUT'],
    ['grpc', 'L7TOUT'],
  ] as const)('%s: silence after connecting is %s, within the time-out', async (protocol, code) => {
    const port = await raw((socket) => socket.resume());
    const result = await probe(port, { protocol, timeoutMs: 300 });
    expect(result).toMatchObject({ ok: false, code });
    expect(result?.durationMs).toBeGreaterThanOrEqual(295);
  });

  it('the deadline holds for the whole probe, not for each byte', async () => {
    const port = await raw((socket) => {
      const timer = setInterval(() => socket.write('H'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await probe(port, { protocol: 'agent', timeoutMs: 400 })).toMatchObject({ code: 'L7TOUT' });
  });

  it.each([
    ['a good status', ok, {}, 'L7OK', 'HTTP 200'],
    ['a redirect in 200-399', 'HTTP/1.0 302 Found\r\n\r\n', {}, 'L7OK', 'HTTP 302'],
    ['a wrong status', 'HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n', {}, 'L7STS', 'HTTP 500'],
    ['not in the codes', ok, { successCodes: '204' }, 'L7STS', 'HTTP 200'],
    ['nonsense', 'SSH-2.0-nope\r\n', {}, 'L7RSP', 'not an HTTP response'],
    ['nothing', '', {}, 'L7RSP', 'closed without an answer'],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhel', {}, 'L7RSP', 'answer cut short'],
    ['a matching body', ok, { bodyMatch: '^hel+o$' }, 'L7OK', 'HTTP 200'],
    ['another body', ok, { bodyMatch: 'fresh' }, 'L7RSP', 'HTTP 200, body does not match'],
    [
      'a body in chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nfre\r\n2;x=y\r\nsh\r\n0\r\n\r\n',
      { bodyMatch: 'fresh' },
      'L7OK',
      'HTTP 200',
    ],
  ])('http: %s', async (_, answer, check, code, detail) => {
    const port = await says(answer);
    expect(await probe(port, { protocol: 'http', ...check })).toMatchObject({
      ok: code === 'L7OK',
      code,
      detail,
    });
  });

  it('http: a reset after connecting is SOCKERR', async () => {
    const port = await raw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await probe(port, { protocol: 'http' })).toMatchObject({
      code: 'SOCKERR',
      detail: 'connection reset',
    });
  });

  it('http: a good answer that comes too late for the limit is L7TOUT', async () => {
    const port = await raw((socket) => socket.once('data', () => setTimeout(() => socket.end(ok), 150)));
    const result = await probe(port, { protocol: 'http', maxLatencyMs: 100 });
    expect(result).toMatchObject({ ok: false, code: 'L7TOUT' });
    expect(result?.detail).toMatch(/^HTTP 200 after \d+ ms, limit 100 ms$/);
  });

  it('an aborted probe says nothing and lets the target go', async () => {
    let closed = false;
    const port = await raw((socket) => {
      socket.on('close', () => (closed = true));
      socket.resume();
    });
    const abort = new AbortController();
    const result = probe(port, { protocol: 'http' }, abort.signal);
    setTimeout(() => abort.abort(), 50);
    expect(await result).toBeNull();
    await waitUntil(() => closed);
  });

  it.each([
    [1, undefined, 'L7OK', 'SERVING'],
    [2, undefined, 'L7STS', 'NOT_SERVING'],
    [1, '12', 'L7STS', 'gRPC status 12'],
  ])('grpc: health %i with status %s is %s', async (health, status, code, detail) => {
    const asked: Buffer[] = [];
    const server = createHttp2();
    server.on('stream', (stream) => {
      stream.on('data', (chunk: Buffer) => asked.push(chunk));
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status ?? '0' }));
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, health]));
      });
    });
    const port = await listen(server);
    expect(await probe(port, { protocol: 'grpc', grpcService: 'shop' })).toMatchObject({ code, detail });
    expect(Buffer.concat(asked)).toEqual(checkRequest('shop'));
  });

  it.each([
    ['up\n', 'L7OK'],
    ['75%\n', 'L7OK'],
    ['up ready weight:3\n', 'L7OK'],
    ['down # database gone\n', 'L7STS'],
    ['50% drain\n', 'L7STS'],
    ['maint\n', 'L7STS'],
    ['\n', 'L7RSP'],
    ['hello\n', 'L7RSP'],
  ])('agent line %j is %s', (line, code) => {
    expect(judgeLine(line).code).toBe(code);
  });
});

describe('what an HTTP probe sends', () => {
  const target = { address: '10.0.0.5', port: 8080, listener: '10.0.0.9:80' };
  const sent = (check: unknown) =>
    requestText(target, healthCheckSchema.parse(check)).split('\r\n').filter(Boolean);

  it("NLB: the balancer's own address in Host, and its User-Agent", () => {
    const check = { ...personaNamed('nlb')?.l4?.healthCheck, protocol: 'http' };
    expect(sent(check)).toEqual([
      'GET / HTTP/1.1',
      'Host: 10.0.0.9:80',
      'Connection: close',
      'User-Agent: ELB-HealthChecker/2.0',
    ]);
  });

  it("ALB: the target's address and port in Host", () => {
    expect(sent(personaNamed('alb')?.l7?.healthCheck)).toContain('Host: 10.0.0.5:8080');
  });

  it('HAProxy: OPTIONS / HTTP/1.0 and nothing else', () => {
    expect(sent({ ...personaNamed('haproxy')?.l7?.healthCheck, protocol: 'http' })).toEqual([
      'OPTIONS / HTTP/1.0',
    ]);
  });

  it('what a person sets wins', () => {
    const lines = sent({
      protocol: 'http',
      host: 'shop.example',
      path: '/health',
      headers: { 'User-Agent': 'me' },
    });
    expect(lines).toEqual([
      'GET /health HTTP/1.1',
      'Host: shop.example',
      'Connection: close',
      'User-Agent: me',
    ]);
  });
});

describe('reading an answer', () => {
  const read = (text: string, ended = false) => readResponse(Buffer.from(text), false, ended);

  it('waits for what is missing, at every byte', () => {
    for (let cut = 0; cut < ok.length; cut++) expect(read(ok.slice(0, cut))).toBe('incomplete');
    expect(read(ok)).toEqual({ status: 200, body: 'hello' });
  });

  it('skips interim answers and reads to the end where no length is given', () => {
    const text = 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nall of it';
    expect(read(text)).toBe('incomplete');
    expect(read(text, true)).toEqual({ status: 200, body: 'all of it' });
  });

  it('does not believe a broken chunk size', () => {
    expect(read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')).toBe('malformed');
  });
});
