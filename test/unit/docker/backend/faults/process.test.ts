import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';
import { waitUntil } from '../../../../support/wait.ts';

let backend: TestBackend | undefined;
afterEach(async () => {
  await backend?.stop();
  backend = undefined;
});

describe('crash', () => {
  it('exits at the request it was told', async () => {
    backend = await startTestBackend();
    await backend.fault('crash', { exitCode: 7, afterRequests: 3, afterMs: 0 });
    await backend.get('/');
    await backend.get('/');
    expect(backend.exits).toEqual([]);
    expect((await backend.get('/', { timeoutMs: 300 })).outcome).toBe('timeout');
    expect(backend.exits).toEqual([7]);
  });

  it('exits after a time', async () => {
    backend = await startTestBackend();
    await backend.fault('crash', { exitCode: 3, afterMs: 50 });
    await expect.poll(() => backend?.exits, { timeout: 10_000 }).toEqual([3]);
  });
});

describe('memory-growth', () => {
  it('grows to its limit and no further', async () => {
    backend = await startTestBackend();
    const before = process.memoryUsage().arrayBuffers;
    await backend.fault('memory-growth', { mibPerSecond: 200, limitMiB: 60 });
    await expect
      .poll(() => process.memoryUsage().arrayBuffers - before, { timeout: 10_000 })
      .toBeGreaterThan(59_000_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(70_000_000);
  });
});

describe('a backend process', () => {
  it('drains on SIGTERM: what is in flight is answered, new connections are refused', async () => {
    await withProcess({ settings: { serviceMs: 800 } }, async ({ port, child, admin }) => {
      const answer = new Promise<number>((resolve, reject) => {
        http
          .get({ port, host: '127.0.0.1', agent: false }, (r) => resolve(r.statusCode ?? 0))
          .on('error', reject);
      });
      await waitUntil(async () => (await admin('GET', '/stats')).includes('"inFlight":1'));
      child.kill('SIGTERM');
      await waitUntil(() => refused(port));
      expect(await answer).toBe(200);
      expect(await once(child, 'exit')).toEqual([0, null]);
    });
  });

  it('ignore-sigterm: lives on after SIGTERM until the fault is cleared', async () => {
    await withProcess({ faults: { 'ignore-sigterm': {} } }, async ({ child, admin }) => {
      child.kill('SIGTERM');
      await waitUntil(async () => (await admin('GET', '/events')).includes('SIGTERM ignored'));
      await admin('DELETE', '/faults/ignore-sigterm');
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    });
  });

  it('ends with status 2 and the place, when its config is wrong', async () => {
    for (const [config, place] of [
      [{ settings: { serviceMs: 'x' } }, 'settings.serviceMs'],
      [{ faults: { nope: {} } }, 'faults.nope'],
      [{ faults: { latency: { settings: { ms: -1 } } } }, 'faults.latency'],
    ] as const) {
      const { child, stderr } = await startProcess(config);
      expect(await once(child, 'exit')).toEqual([2, null]);
      expect(stderr()).toContain(place);
    }
  });
});

const root = join(import.meta.dirname, '../../../../..');
const dirs: string[] = [];
afterEach(() => dirs.splice(0).forEach((dir) => rmSync(dir, { recursive: true })));

async function startProcess(config: object) {
  const dir = mkdtempSync(join(tmpdir(), 'bs-bp-'));
  dirs.push(dir);
  const port = await freePort();
  const socketPath = join(dir, 'a.sock');
  const file = join(dir, 'config.json');
  const base = { role: 'backend', node: 'b1', admin: socketPath, listen: { address: '127.0.0.1', port } };
  writeFileSync(file, JSON.stringify({ ...base, ...config }));
  const child = spawn(process.execPath, [join(root, 'docker/backend/main.ts'), '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, port, socketPath, stderr: () => text };
}

interface Running {
  readonly port: number;
  readonly child: Awaited<ReturnType<typeof startProcess>>['child'];
  admin(method: string, path: string): Promise<string>;
}

async function withProcess(config: object, use: (running: Running) => Promise<void>): Promise<void> {
  const { child, port, socketPath } = await startProcess(config);
  const admin = (method: string, path: string) =>
    new Promise<string>((resolve, reject) => {
      const request = http.request({ socketPath, method, path }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      });
      request.on('error', reject).end();
    });
  try {
    await waitUntil(() => admin('GET', '/').catch(() => ''), 15_000, 'the admin socket');
    await use({ child, port, admin });
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    http
      .get({ port, host: '127.0.0.1', agent: false }, () => resolve(false))
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
