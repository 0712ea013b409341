import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/backend.ts';
import { ask, cleanUp, echoHead, httpBackend, onCleanUp, proxyTo, seen } from '../../unit/docker/l7/rig.ts';
import { missing } from './http-peer.ts';
import { installed, runNative } from './native.ts';

/** Servers of HTTP/2 that others wrote, as targets of our proxy. */
afterEach(cleanUp);

const pool = { protocol: 'http2' } as const;
const big = 'x'.repeat(1_000_000);

async function run(binary: string, args: Parameters<typeof runNative>[1], config: string, port: number) {
  const peer = await runNative(binary, args, config, port);
  onCleanUp(peer.close);
  return port;
}

/** Answers what it was asked; takes five requests on a connection, and then says GOAWAY. */
async function nginx(): Promise<number> {
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (one) => `${one}_temp_path ${one};`,
  );
  const config = `daemon off; master_process off; error_log stderr emerg; pid nginx.pid;
events { worker_connections 100; }
http {
  access_log off; keepalive_requests 5; http2_max_concurrent_streams 4; client_max_body_size 10m;
  ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port} http2;
    location / {
      if ($request_method = PUT) { add_header x-odd "ends in a space "; return 200; }
      add_header x-asked "$request_method $request_uri <$http_x_own>"; return 200 "$host";
    }
  }
}`;
  return await run('nginx', (file, own) => ['-p', own, '-c', file], config, port);
}

/** Speaks HTTP/2 here and HTTP/1.1 behind, to a target of ours. */
async function haproxy(behind: number): Promise<number> {
  const port = await freePort();
  const config = `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen front
  bind 127.0.0.1:${port} proto h2
  server one 127.0.0.1:${behind}
`;
  return await run('haproxy', (file) => ['-db', '-q', '-f', file], config, port);
}

describe('NGINX as a target', () => {
  if (missing.nginx !== null) it.skip(`cannot be run here: ${missing.nginx}`, () => undefined);

  it.skipIf(missing.nginx !== null)(
    'is asked over as many connections as it wants, and nobody hears of it',
    async () => {
      const target = await nginx();
      const { port, proxy, group } = await proxyTo([target], { pool, poolSize: 10 });
      for (let i = 0; i < 23; i++) {
        const { status, headers, body } = await ask(port, {
          headers: { host: 'a.test', 'x-own': String(i) },
        });
        expect([status, headers['x-asked'], body]).toEqual([200, `GET /x?y=1 <${i}>`, 'a.test']);
      }
      expect(group.members[0]?.counters.opened).toBeGreaterThan(3);
      const many = await Promise.all(Array.from({ length: 40 }, () => ask(port)));
      expect(many.map(({ status }) => status)).toEqual(Array(40).fill(200));
      expect((await ask(port, { method: 'HEAD' })).body).toBe('');
      expect((await ask(port, { method: 'POST', body: big })).status).toBe(200);
      expect(proxy.own).toEqual({});
    },
  );

  it.skipIf(missing.nginx !== null)('whose value ends in a space has sent no answer', async () => {
    // RFC 9113 section 8.2.1; NGINX writes what it is told to.
    const { port, proxy } = await proxyTo([await nginx()], { pool });
    expect(await ask(port, { method: 'PUT' })).toMatchObject({ status: 502 });
    expect(proxy.own).toEqual({ 'bad-response': 1 });
  });
});

describe('HAProxy as a target', () => {
  if (missing.haproxy !== null) it.skip(`cannot be run here: ${missing.haproxy}`, () => undefined);

  it.skipIf(missing.haproxy !== null)('carries heads and bodies both ways', async () => {
    const last = await httpBackend((incoming, outgoing) => {
      if (incoming.method === 'POST') incoming.pipe(outgoing);
      else echoHead(incoming, outgoing);
    });
    const { port, proxy, group } = await proxyTo([await haproxy(last.port)], { pool });
    const got = seen(await ask(port, { headers: { host: 'a.test', cookie: 'a=1; b=2', 'x-own': 'ü' } }));
    expect(got).toMatchObject({
      url: '/x?y=1',
      headers: { host: 'a.test', cookie: 'a=1; b=2', 'x-own': 'ü' },
    });
    const echoed = await Promise.all(
      Array.from({ length: 8 }, () => ask(port, { method: 'POST', body: big })),
    );
    expect(echoed.map(({ body }) => body === big)).toEqual(Array(8).fill(true));
    expect((await ask(port, { method: 'HEAD' })).status).toBe(200);
    expect(group.members[0]?.counters.opened).toBe(1);
    expect(proxy.own).toEqual({});
  });
});

describe('nghttpd as a target', () => {
  const there = installed('nghttpd');

  it.skipIf(!there)(`serves files, and says 304${there ? '' : ' (nghttpd is not installed)'}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bs-nghttpd-'));
    onCleanUp(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'x'), big);
    const target = await freePort();
    await run('nghttpd', () => ['--no-tls', '-d', folder, '-a', '127.0.0.1', String(target)], '', target);
    const { port, proxy } = await proxyTo([target], { pool });
    const whole = await ask(port);
    expect([whole.status, whole.body === big]).toEqual([200, true]);
    const since = { 'if-modified-since': String(whole.headers['last-modified']) };
    expect((await ask(port, { headers: since })).status).toBe(304);
    expect(proxy.own).toEqual({});
  });
});
