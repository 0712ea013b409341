import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startServer } from '../../../../electron/server/server.ts';
import type { RunningServer } from '../../../../electron/server/server.ts';
import { cookieOf, visit } from '../../../support/browser-visit.ts';
import type { Visit } from '../../../support/browser-visit.ts';
import { smallHost } from '../../../support/small-host.ts';

describe('server', () => {
  let assets: string;
  let server: RunningServer;

  beforeEach(async () => {
    assets = await mkdtemp(join(tmpdir(), 'bs-assets-'));
    await mkdir(join(assets, 'assets'));
    await writeFile(join(assets, 'index.html'), '<p>the window</p>');
    await writeFile(join(assets, 'assets', 'main-abc.js'), 'run()');
    server = await startServer({ host: smallHost(), assets, port: 0 });
  });
  afterEach(async () => {
    await server.close();
    await rm(assets, { recursive: true });
  });

  const inside = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Visit> =>
    visit(server.port, path, { cookie: await cookieOf(server.link()), ...headers }, method);
  const linkPath = (): string => new URL(server.link()).search;

  it('listens on loopback alone', () => {
    expect(server.link()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
  });

  it('swaps the token of a link for a cookie that script cannot read and other sites cannot send', async () => {
    const first = await visit(server.port, `/${linkPath()}`);
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^blindspot-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(first.body).toContain('http-equiv="refresh" content="0;url=/"');
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await visit(server.port, '/', { cookie })).body).toBe('<p>the window</p>');
  });

  it('opens by a link once only', async () => {
    const path = `/${linkPath()}`;
    expect((await visit(server.port, path)).status).toBe(200);
    const again = await visit(server.port, path);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.body).toContain('used already');
    expect((await visit(server.port, `/${linkPath()}`)).status).toBe(200);
  });

  it('does not spend a link on a HEAD request', async () => {
    const path = `/${linkPath()}`;
    expect((await visit(server.port, path, {}, 'HEAD')).status).toBe(403);
    expect((await visit(server.port, path)).status).toBe(200);
  });

  it('lets a browser that is in keep a spent link in its address bar', async () => {
    const path = `/${linkPath()}`;
    const cookie = await cookieOf(`http://127.0.0.1:${server.port}${path}`);
    expect((await visit(server.port, path, { cookie })).body).toBe('<p>the window</p>');
  });

  it('refuses a stranger, for every path, with a page for a person', async () => {
    for (const path of ['/', '/assets/main-abc.js', '/nothing', '/channel', '/?token=', '/?token=guess']) {
      const answer = await visit(server.port, path);
      expect(answer.status).toBe(403);
      expect(answer.body).toContain('<h1>Not by this way</h1>');
      expect(answer.body).not.toContain('guess');
    }
    expect((await visit(server.port, '/', { cookie: `blindspot-${server.port}=guess` })).status).toBe(403);
  });

  it('refuses a foreign name for this address (DNS rebinding), cookie or not', async () => {
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1', '127.0.0.1:1']) {
      expect((await inside('/', { host })).status).toBe(403);
    }
    expect((await inside('/', { host: `localhost:${server.port}` })).status).toBe(200);
  });

  it('refuses a request that another site made', async () => {
    for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${server.port}`]) {
      expect((await inside('/', { origin })).status).toBe(403);
    }
  });

  it('serves files with their type, a policy without inline script, and nothing outside the folder', async () => {
    const script = await inside('/assets/main-abc.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
    const policy = script.headers['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${server.port}`);
    expect(policy).not.toContain('unsafe-eval');
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/..%2f..%2fx.json',
      '/.env',
      '/%00',
      '/%',
    ]) {
      expect((await inside(path)).status).toBe(404);
    }
  });

  it('says that the window is not built rather than nothing', async () => {
    await rm(join(assets, 'index.html'));
    const answer = await inside('/');
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('npm run build');
  });

  it('is read by GET and HEAD only', async () => {
    expect((await inside('/', {}, 'POST')).status).toBe(405);
    expect((await inside('/', {}, 'HEAD')).body).toBe('');
  });

  it('opens its channel to our own page with its cookie, and to nobody else', async () => {
    const cookie = await cookieOf(server.link());
    const origin = `http://127.0.0.1:${server.port}`;
    const handshake = async (path: string, headers: Record<string, string>): Promise<string> => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
      const outcome = await new Promise<string>((resolve) => {
        socket.on('open', () => resolve('open'));
        socket.on('error', (error) => resolve(error.message));
      });
      socket.terminate();
      return outcome;
    };
    expect(await handshake('/channel', { cookie, origin })).toBe('open');
    const refused = 'Unexpected server response: 403';
    expect(await handshake('/channel', { origin })).toBe(refused);
    expect(await handshake('/channel', { cookie })).toBe(refused);
    expect(await handshake('/channel', { cookie, origin: 'http://evil.example' })).toBe(refused);
    expect(await handshake('/channel', { cookie, origin, host: 'evil.example' })).toBe(refused);
    expect(await handshake('/other', { cookie, origin })).toBe(refused);
  });

  it('names the port that is in use, and takes the next free one when none was asked for', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error: unknown = await startServer({ host: smallHost(), assets, port }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'port-in-use', where: '--port' });
    expect((error as Error).message).toContain(String(port));
    taken.close();
    const one = await startServer({ host: smallHost(), assets, port: null });
    const two = await startServer({ host: smallHost(), assets, port: null });
    expect(two.port).not.toBe(one.port);
    await one.close();
    await two.close();
  });
});
