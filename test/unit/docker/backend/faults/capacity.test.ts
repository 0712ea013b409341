import * as net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';

let backend: TestBackend | undefined;
afterEach(() => backend?.stop());

describe('deadlocked-pool', () => {
  it('serves as many requests as it has workers, then hangs; shallow /health goes on passing', async () => {
    backend = await startTestBackend();
    await backend.fault('deadlocked-pool', { workers: 3, giveUpMs: 0 });
    for (let i = 0; i < 3; i++) expect((await backend.get('/')).outcome).toBe('200');
    expect((await backend.get('/', { timeoutMs: 300 })).outcome).toBe('timeout');
    expect((await backend.get('/health')).outcome).toBe('200');
    await backend.admin('PATCH', '/settings', { healthDepth: 'worker' });
    expect((await backend.get('/health', { timeoutMs: 300 })).outcome).toBe('timeout');
    await backend.heal('deadlocked-pool');
    expect((await backend.get('/')).outcome).toBe('200');
    expect((await backend.get('/health')).outcome).toBe('200');
  });

  it('gives up waiting with 503', async () => {
    backend = await startTestBackend();
    await backend.fault('deadlocked-pool', { workers: 1, giveUpMs: 300 });
    expect((await backend.get('/')).outcome).toBe('200');
    const got = await backend.get('/');
    expect(got.outcome).toBe('503');
    expect(got.ms).toBeGreaterThanOrEqual(290);
  });
});

describe('overload', () => {
  it('queues, sheds beyond the queue, is not ready and stays alive', async () => {
    backend = await startTestBackend();
    const { get } = backend;
    await backend.fault('overload', { capacity: 2, serviceMs: 1500, queue: 4, notReadyAt: 0.5 });
    const all = Array.from({ length: 10 }, () => get('/'));
    await expect.poll(async () => (await get('/ready')).outcome, { timeout: 10_000 }).toBe('503');
    expect((await get('/healthz')).outcome).toBe('200');
    const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual([...Array<string>(6).fill('200'), ...Array<string>(4).fill('503')]);
    expect((await get('/ready')).outcome).toBe('200');
  });
});

describe('dependency-down', () => {
  it('fails requests and a deep /health, not a shallow one', async () => {
    const database = net.createServer((socket) => socket.end());
    const port = await new Promise<number>((resolve) =>
      database.listen(0, '127.0.0.1', () => resolve((database.address() as net.AddressInfo).port)),
    );
    backend = await startTestBackend({
      settings: { dependencies: [{ name: 'database', kind: 'tcp', address: '127.0.0.1', port }] },
    });
    expect((await backend.get('/')).outcome).toBe('200');
    await backend.fault('dependency-down', { name: 'database' });
    expect(await backend.get('/')).toMatchObject({ outcome: '503' });
    expect((await backend.get('/health')).outcome).toBe('200');
    await backend.admin('PATCH', '/settings', { healthDepth: 'dependencies' });
    expect(await backend.get('/health')).toMatchObject({
      outcome: '503',
      json: { dependencies: [{ name: 'database', ok: false, detail: 'connection refused' }] },
    });
    await backend.heal('dependency-down');
    expect((await backend.get('/health')).outcome).toBe('200');
    database.close();
    await expect.poll(async () => (await backend?.get('/health'))?.outcome, { timeout: 10_000 }).toBe('503');
  });

  it('is refused for a dependency that is not there', async () => {
    backend = await startTestBackend();
    const { status, body } = await backend.admin('PUT', '/faults/dependency-down', {
      settings: { name: 'x' },
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { where: 'settings.name' } });
    expect(backend.stats().faults).toEqual([]);
  });

  it('finds a dependency down that nobody listens for', async () => {
    const port = await freePort();
    backend = await startTestBackend({
      settings: {
        healthDepth: 'dependencies',
        dependencies: [
          { name: 'cache', kind: 'redis', address: '127.0.0.1', port, required: false },
          { name: 'db', kind: 'postgres', address: '127.0.0.1', port },
        ],
      },
    });
    expect(await backend.get('/health')).toMatchObject({
      outcome: '503',
      json: { dependencies: [{ ok: false }, { ok: false, detail: 'connection refused' }] },
    });
  });
});
