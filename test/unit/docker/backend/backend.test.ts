import * as http from 'node:http';
import * as net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';
import { waitUntil } from '../../../support/wait.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend();
});
afterEach(() => backend.stop());

const client = (name: string, id: string) => ({
  headers: { 'x-blindspot-client': name, 'x-request-id': id, 'x-blindspot-user': 'u1' },
});

describe('endpoints', () => {
  it('says what it sees of the caller', async () => {
    const { json } = await backend.get('/whoami?x=1', { headers: { 'X-Forwarded-For': '10.9.8.7' } });
    expect(json).toMatchObject({ node: 'b1', url: '/whoami?x=1', proxy: null });
    expect(json.source).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(json.headers).toContainEqual(['X-Forwarded-For', '10.9.8.7']);
  });

  it('answers any path and method, with a body of the size asked for', async () => {
    await backend.admin('PATCH', '/settings', { bodyBytes: 5000 });
    const got = await backend.get('/a/b?c', { method: 'POST' });
    expect(got).toMatchObject({ outcome: '200', json: { method: 'POST', url: '/a/b?c' } });
    expect(got.text.length).toBeGreaterThan(5000);
    expect((await backend.get('/', { method: 'HEAD' })).text).toBe('');
  });

  it('serves at the pace and with the workers of its settings, changed live', async () => {
    await backend.admin('PATCH', '/settings', { serviceMs: 150, workers: 1 });
    const [first, second] = await Promise.all([backend.get('/'), backend.get('/')]);
    expect(Math.max(first.ms, second.ms)).toBeGreaterThanOrEqual(295);
    await backend.admin('PATCH', '/settings', { serviceMs: 600 });
    const waiting = Promise.all([backend.get('/'), backend.get('/'), backend.get('/')]);
    await backend.admin('PATCH', '/settings', { workers: 0 });
    expect((await waiting).map(({ outcome }) => outcome)).toEqual(['200', '200', '200']);
  });

  it('does not keep a worker for a client that left the queue, and needs none for /healthz', async () => {
    await backend.admin('PATCH', '/settings', { serviceMs: 1500, workers: 1 });
    const first = backend.get('/');
    expect((await backend.get('/', { timeoutMs: 100 })).outcome).toBe('timeout');
    expect(await Promise.race([first, backend.get('/healthz')])).toMatchObject({ json: { status: 'alive' } });
    expect((await first).outcome).toBe('200');
    await backend.admin('PATCH', '/settings', { serviceMs: 0 });
    expect((await backend.get('/')).ms).toBeLessThan(1200);
  });

  it('answers what is not HTTP with 400 and counts it', async () => {
    const socket = net.connect(backend.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n');
    await waitUntil(() => text.startsWith('HTTP/1.1 400'));
    expect(backend.stats().others).toMatchObject({ received: 1, answered: 1, byStatus: { 400: 1 } });
    socket.destroy();
  });
});

describe('the ledger', () => {
  it('counts by client, and everyone else apart', async () => {
    for (let i = 0; i < 5; i++) await backend.get('/', client('c1', `a${i}`));
    for (let i = 0; i < 3; i++) await backend.get('/', client('c2', `b${i}`));
    await backend.get('/health');
    const { requests, others } = backend.stats();
    expect(requests).toMatchObject({
      c1: { received: 5, answered: 5, aborted: 0, inFlight: 0, byStatus: { 200: 5 } },
      c2: { received: 3, answered: 3 },
    });
    expect(others).toMatchObject({ received: 1, byStatus: { 200: 1 } });
  });

  it('tells connections that carried a client’s request from empty ones, and counts their bytes to the unit', async () => {
    const probe = net.connect(backend.port, '127.0.0.1');
    await waitUntil(() => probe.readyState === 'open');
    probe.destroy();
    await backend.get('/health');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    let seen: net.Socket | undefined;
    agent.on('free', (socket: net.Socket) => (seen = socket));
    for (let i = 0; i < 4; i++) await backend.get('/', { ...client('c', `k${i}`), agent });
    const socket = await waitUntil(() => seen);
    const bytes = { sent: socket.bytesRead, received: socket.bytesWritten };
    expect(backend.stats().connections).toMatchObject({
      carrying: 1,
      bytesReceived: bytes.received,
      bytesSent: bytes.sent,
    });
    agent.destroy();
    await expect
      .poll(() => backend.stats().connections, { timeout: 10_000 })
      .toEqual({
        accepted: 3,
        open: 0,
        carrying: 1,
        empty: 1,
        bytesReceived: bytes.received,
        bytesSent: bytes.sent,
      });
  });

  it('counts an answer that its client did not wait for as aborted', async () => {
    await backend.admin('PATCH', '/settings', { serviceMs: 60_000 });
    expect((await backend.get('/', { ...client('c', 'x'), timeoutMs: 200 })).outcome).toBe('timeout');
    await expect
      .poll(() => backend.stats().requests.c, { timeout: 10_000 })
      .toMatchObject({ received: 1, aborted: 1, inFlight: 0 });
    await expect
      .poll(() => backend.running.context.records.after(0), { timeout: 10_000 })
      .toMatchObject([{ id: 'x', outcome: 'aborted', ok: false, user: 'u1', server: 'b1' }]);
  });
});

describe('faults through the admin API', () => {
  it('lists each with its schema, and what is active', async () => {
    await backend.fault('latency', { ms: 10 });
    const { body } = await backend.admin('GET', '/faults');
    const list = body as { name: string; active: unknown; schema: unknown }[];
    expect(list.find(({ name }) => name === 'latency')).toMatchObject({
      title: 'Slow',
      schema: { properties: { ms: { unit: 'ms', default: 200 } } },
      active: { settings: { ms: 10, shape: 'fixed' }, applied: 0, effective: true },
    });
    expect(list.find(({ name }) => name === 'hang')?.active).toBeNull();
  });

  it('emits on and off, and reset returns to clean', async () => {
    await backend.fault('hang');
    await backend.fault('always-status', { status: 503 });
    await backend.heal('hang');
    await backend.admin('PATCH', '/settings', { serviceMs: 5 });
    await backend.admin('POST', '/reset');
    const events = backend.running.context.events.after(1).map((event) => {
      if (event.type === 'fault') return `${event.fault} ${event.on ? 'on' : 'off'}`;
      return event.type === 'settings' ? `settings ${event.changed.join()}` : event.type;
    });
    expect(events).toEqual([
      'hang on',
      'always-status on',
      'hang off',
      'settings serviceMs',
      'always-status off',
      'settings serviceMs',
      'reset',
    ]);
    expect((await backend.get('/')).outcome).toBe('200');
  });

  it('names the field of a wrong setting, and the faults there are', async () => {
    const wrong = await backend.admin('PUT', '/faults/latency', { settings: { ms: 'x' } });
    expect(wrong).toMatchObject({ status: 400, body: { error: { where: 'settings.ms' } } });
    const unknown = await backend.admin('PUT', '/faults/nope', {});
    expect(unknown.status).toBe(404);
    expect(JSON.stringify(unknown.body)).toContain('always-status');
    const scope = await backend.admin('PUT', '/faults/refuse', { scope: { paths: ['/a'] } });
    expect(scope).toMatchObject({ status: 400, body: { error: { where: 'scope.paths' } } });
  });
});

describe('scope', () => {
  const outcomes = async (...paths: string[]) => {
    const seen = [];
    for (const path of paths) seen.push((await backend.get(path)).outcome);
    return seen;
  };

  it('keeps to paths and methods', async () => {
    await backend.fault('always-status', {}, { paths: ['/api'], methods: ['GET'] });
    expect(await outcomes('/', '/api/x', '/health')).toEqual(['200', '500', '200']);
    expect((await backend.get('/api', { method: 'POST' })).outcome).toBe('200');
  });

  it('ends after the first so many', async () => {
    await backend.fault('always-status', {}, { first: 2 });
    expect(await outcomes('/', '/', '/', '/')).toEqual(['500', '500', '200', '200']);
  });

  it('takes a share', async () => {
    await backend.fault('always-status', {}, { probability: 0.5 });
    const seen = await outcomes(...Array<string>(200).fill('/'));
    expect(seen.filter((outcome) => outcome === '500')).toHaveLength(100);
  });

  it('begins, ends and repeats by its schedule, and says so each time', async () => {
    await backend.fault('always-status', {}, { schedule: { atMs: 1000, forMs: 1000, everyMs: 2000 } });
    expect((await backend.get('/')).outcome).toBe('200');
    const told = () =>
      backend.running.context.events.after(0).flatMap((event) => (event.type === 'fault' ? [event.on] : []));
    expect(told()).toEqual([]);
    await expect
      .poll(async () => (await backend.get('/')).outcome, { timeout: 10_000, interval: 10 })
      .toBe('500');
    await expect.poll(told, { timeout: 10_000 }).toEqual([true, false, true]);
    await backend.heal('always-status');
    expect((await backend.get('/')).outcome).toBe('200');
  });
});
