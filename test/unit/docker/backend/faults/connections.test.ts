import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend();
});
afterEach(() => backend.stop());

describe('refuse', () => {
  it('refuses new connections while those that exist go on', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    expect((await backend.get('/', { agent })).outcome).toBe('200');
    await backend.fault('refuse');
    expect((await backend.get('/')).outcome).toBe('ECONNREFUSED');
    expect((await backend.get('/', { agent })).outcome).toBe('200');
    await backend.heal('refuse');
    expect((await backend.get('/')).outcome).toBe('200');
    agent.destroy();
  });
});

describe('accept-and-reset', () => {
  it('resets each new connection, and none of those it has', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    await backend.get('/', { agent });
    await backend.fault('accept-and-reset');
    expect((await backend.get('/')).outcome).toBe('ECONNRESET');
    expect((await backend.get('/', { agent })).outcome).toBe('200');
    expect(backend.stats().connections).toMatchObject({ accepted: 2, open: 1 });
    agent.destroy();
  });

  it('takes only the first connections when told so', async () => {
    await backend.fault('accept-and-reset', {}, { first: 2 });
    const outcomes = [];
    for (let i = 0; i < 4; i++) outcomes.push((await backend.get('/')).outcome);
    expect(outcomes).toEqual(['ECONNRESET', 'ECONNRESET', '200', '200']);
  });
});

describe('hang', () => {
  it('reads the request and never answers; the request stays in flight until the client leaves', async () => {
    await backend.fault('hang');
    const { outcome } = await backend.get('/', { timeoutMs: 300, headers: { 'x-blindspot-client': 'c' } });
    expect(outcome).toBe('timeout');
    expect(backend.stats().requests.c).toMatchObject({ received: 1, answered: 0 });
    await expect
      .poll(() => backend.stats().requests.c, { timeout: 10_000 })
      .toMatchObject({ aborted: 1, inFlight: 0 });
  });
});

describe('half-open', () => {
  it('leaves the machine’s own firewall alone', async () => {
    const { status, body } = await backend.admin('PUT', '/faults/half-open', {});
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('NET_ADMIN');
    expect(backend.stats().faults).toEqual([]);
  });

  it.skipIf(!mayUnshare())('drops every packet in a network of its own, and stops doing so', async () => {
    // A pid and a network namespace, as a container has them: the backend is process 1 there.
    const script = `
      ip link set lo up
      get() { curl -s -o /dev/null -m 1 http://127.0.0.1:8080/; echo $?; }
      admin() { curl -s -o /dev/null -X "$1" --unix-socket "$DIR/a.sock" http://admin/faults/half-open; }
      (for i in $(seq 200); do [ -S "$DIR/a.sock" ] && break; sleep 0.1; done
       get; admin PUT; get; admin DELETE; get; kill 1) >"$DIR/out" 2>&1 &
      exec "$NODE" docker/backend/main.ts`;
    const dir = mkdtempSync(join(tmpdir(), 'bs-half-'));
    const config = {
      role: 'backend',
      node: 'b1',
      admin: join(dir, 'a.sock'),
      listen: { address: '127.0.0.1', port: 8080 },
    };
    const child = spawn('unshare', ['--net', '--pid', '--fork', 'sh', '-c', script], {
      env: { ...process.env, DIR: dir, NODE: process.execPath, BLINDSPOT_CONFIG: JSON.stringify(config) },
      cwd: join(import.meta.dirname, '../../../../..'),
      stdio: 'ignore',
    });
    await once(child, 'exit');
    // curl: 0 is an answer, 28 a time-out.
    expect(readFileSync(join(dir, 'out'), 'utf8').trim().split('\n')).toEqual(['0', '28', '0']);
    rmSync(dir, { recursive: true });
  });
});

function mayUnshare(): boolean {
  const tried = spawnSync('unshare', [
    '--net',
    '--pid',
    '--fork',
    'sh',
    '-c',
    'nft list tables && curl -V && ip link',
  ]);
  return tried.status === 0;
}
