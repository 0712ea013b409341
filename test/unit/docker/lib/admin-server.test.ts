import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AdminProblem } from '../../../../docker/lib/admin-problem.ts';
import type { Program } from '../../../../docker/lib/program-types.ts';
import { startProgram } from '../../../../docker/lib/start-program.ts';
import type { RunningProgram } from '../../../../docker/lib/start-program.ts';
import type { WatchLine } from '../../../../docker/protocol/admin.ts';
import type { Stats } from '../../../../docker/protocol/stats.ts';
import { waitUntil } from '../../../support/wait.ts';

const schema = z.strictObject({
  pace: z.number().min(0).default(1).meta({ title: 'Pace', unit: 'ms', scaled: true }),
  check: z
    .strictObject({ port: z.int().nullable().default(null), path: z.string().default('/') })
    .prefault({}),
});
type Settings = z.output<typeof schema>;

let dir = '';
let path = '';
let running: RunningProgram;
let settings: Settings;
let resets = 0;
let statsPadding = '';

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bs-lib-'));
  path = join(dir, 'deep', 'a.sock');
  settings = schema.parse({});
  resets = 0;
  statsPadding = '';
  running = await startProgram(
    { role: 'test', schema: z.any(), start: () => program() },
    { role: 'test', node: 'n1', admin: path, sampleOneIn: 1 },
  );
});
afterEach(async () => {
  await running.stop('test over');
  rmSync(dir, { recursive: true });
});

function program(): Program {
  return {
    stats: () => ({ role: 'test', padding: statsPadding }) as unknown as Stats,
    settings: {
      schema,
      get: () => settings,
      apply: (next) => void (settings = schema.parse(next)),
    },
    routes: [
      { method: 'PUT', path: '/things/:name', handle: ({ params, body }) => ({ ...params, body }) },
      {
        method: 'GET',
        path: '/broken',
        handle: () => {
          throw new AdminProblem('not-found', 'gone', 'here');
        },
      },
    ],
    reset: () => void (resets += 1),
    stop: () => Promise.resolve(),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function call(method: string, target: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: path, method, path: target }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown }),
      );
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function linesOf(stream: NodeJS.ReadableStream): WatchLine[] {
  const lines: WatchLine[] = [];
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part) => JSON.parse(part) as WatchLine));
  });
  return lines;
}

describe('the admin socket', () => {
  it('belongs to its owner alone', () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'deep')).mode & 0o777).toBe(0o700);
  });

  it('replaces a stale socket, and refuses to push out a live one', async () => {
    const other = { role: 'test', node: 'n2', admin: path, sampleOneIn: 1 };
    const role = { role: 'test', schema: z.any(), start: () => program() };
    await expect(startProgram(role, other)).rejects.toThrow(/already answers/);
    const stale = join(dir, 'stale.sock');
    const child = net.createServer().listen(stale);
    await waitUntil(() => existsSync(stale));
    // Closing would unlink the file; moving it away first leaves what a killed process leaves.
    renameSync(stale, `${stale}.kept`);
    child.close();
    renameSync(`${stale}.kept`, stale);
    const second = await startProgram(role, { ...other, admin: stale });
    await second.stop('done');
  });
});

describe('calls over HTTP/1.1', () => {
  it('states its identity', async () => {
    const { status, body } = await call('GET', '/');
    expect(status).toBe(200);
    expect(body).toMatchObject({ node: 'n1', role: 'test', pid: process.pid, version: 1 });
  });

  it('merges a settings patch, says what changed, and undoes it on reset', async () => {
    const { body } = await call('PATCH', '/settings', { check: { path: '/health', port: 80 } });
    expect(body).toEqual({ pace: 1, check: { port: 80, path: '/health' } });
    expect((await call('PATCH', '/settings', { check: { port: null } })).body).toMatchObject({
      check: { port: null, path: '/health' },
    });
    const changes = running.context.events.after(0).filter((event) => event.type === 'settings');
    expect(changes.map(({ changed }) => changed)).toEqual([['check.port', 'check.path'], ['check.port']]);
    await call('POST', '/reset');
    expect(settings).toEqual(schema.parse({}));
    expect(resets).toBe(1);
    expect(running.context.events.after(0).at(-1)).toMatchObject({ type: 'reset' });
  });

  it('refuses a wrong setting and names the place', async () => {
    const { status, body } = await call('PATCH', '/settings', { check: { port: 'x' } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 'bad-request', where: 'check.port' } });
    expect(settings.check.port).toBeNull();
    expect((await call('PATCH', '/settings')).status).toBe(400);
  });

  it('gives the settings as JSON Schema with their marks', async () => {
    const { body } = await call('GET', '/settings/schema');
    expect(body).toMatchObject({
      properties: { pace: { title: 'Pace', unit: 'ms', scaled: true, default: 1 } },
    });
  });

  it('knows the program’s own routes, their parameters and their errors', async () => {
    expect((await call('PUT', '/things/one', [1])).body).toEqual({ name: 'one', body: [1] });
    expect(await call('GET', '/broken')).toEqual({
      status: 404,
      body: { error: { code: 'not-found', message: 'gone', where: 'here' } },
    });
    const wrongMethod = await call('POST', '/things/one');
    expect(wrongMethod.status).toBe(404);
    expect(JSON.stringify(wrongMethod.body)).toContain('PUT');
  });

  it('gives the events after a sequence number', async () => {
    running.context.events.emit({ type: 'note', text: 'a' });
    running.context.events.emit({ type: 'note', text: 'b' });
    const { body } = await call('GET', '/events?after=2');
    expect(body).toMatchObject([{ seq: 3, type: 'note', text: 'b' }]);
    expect((await call('GET', '/events?after=x')).status).toBe(400);
  });
});

describe('watch', () => {
  it('replays events from a sequence number, pushes new ones at once, and samples', async () => {
    const request = http.get({ socketPath: path, path: '/watch?ms=20&after=0' });
    const lines = await new Promise<WatchLine[]>((resolve) =>
      request.on('response', (response) => resolve(linesOf(response))),
    );
    await waitUntil(() => lines.filter(({ kind }) => kind === 'stats').length >= 3);
    running.context.events.emit({ type: 'note', text: 'now' });
    running.context.records.record('r1', () => ({ id: 'r1' }) as never);
    await waitUntil(() => lines.some(({ kind }) => kind === 'requests'));
    expect(lines[0]).toMatchObject({ kind: 'hello', identity: { node: 'n1' } });
    const events = lines.flatMap((line) => (line.kind === 'event' ? [line.event.type] : []));
    expect(events).toEqual(['started', 'note']);
    request.destroy();
  });

  it('runs beside calls on one HTTP/2 connection', async () => {
    const session = http2.connect('http://admin', { createConnection: () => net.connect(path) });
    const stream = session.request({ ':path': '/watch?ms=20' });
    const lines = linesOf(stream);
    const patch = session.request({ ':path': '/settings', ':method': 'PATCH' });
    patch.end(JSON.stringify({ pace: 7 }));
    let text = '';
    for await (const chunk of patch as AsyncIterable<Buffer>) text += chunk.toString();
    expect(JSON.parse(text)).toMatchObject({ pace: 7 });
    await waitUntil(() => lines.some((line) => line.kind === 'event' && line.event.type === 'settings'));
    session.destroy();
  });

  it('tells HTTP/2 from HTTP/1.1 even when the first bytes come one by one', async () => {
    const socket = net.connect(path);
    socket.setNoDelay(true);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    for (const piece of ['P', 'U', 'T /things/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n']) {
      await new Promise<void>((resolve) => socket.write(piece, () => setImmediate(resolve)));
    }
    await waitUntil(() => text.includes('"name":"x"'));
    socket.destroy();
  });

  it('does not buffer for a watcher that stops reading', async () => {
    statsPadding = 'x'.repeat(100_000);
    const before = process.memoryUsage();
    const socket = net.connect(path);
    socket.write('GET /watch?ms=10 HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.pause();
    let asked = 0;
    const { stats } = running.program;
    Object.assign(running.program, { stats: (reader: object) => ((asked += 1), stats(reader)) });
    // Blocked once the kernel's buffer is full: no more is asked for after that.
    let last = -1;
    await waitUntil(async () => {
      const settled = asked === last && asked > 0;
      last = asked;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return settled;
    });
    expect(process.memoryUsage().external - before.external).toBeLessThan(20_000_000);
    running.context.events.emit({ type: 'note', text: 'while blocked' });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.resume();
    await waitUntil(() => text.includes('while blocked'));
    socket.destroy();
  });
});
