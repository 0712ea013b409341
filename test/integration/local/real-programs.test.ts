import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Stats } from '../../../docker/protocol/stats.ts';
import type { Allocation, Engine, NodeSpec } from '../../../electron/host/engine/engine.ts';
import { createLocalEngine } from '../../../electron/host/engine/local/local-engine.ts';
import { marked, sessionMark } from '../../../electron/host/engine/local/marker.ts';
import { waitUntil } from '../../support/wait.ts';

const session = `real-${process.pid}`;
const backends = Array.from({ length: 10 }, (_, index) => `backend-${index + 1}`);
const names = ['client-1', 'balancer-1', ...backends];
/** The bar is 1.5 s on a quiet machine (test/bench holds it); a test must pass on a busy one. */
const generousMs = 15_000;

let stateDir: string;
let engine: Engine;
let allocation: Allocation;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'bs-test-'));
  engine = createLocalEngine({ root: process.cwd(), stateDir });
  const signal = new AbortController().signal;
  await engine.prepare(() => undefined, signal);
  const ports = Object.fromEntries(names.map((name) => [name, name === 'client-1' ? 0 : 8080]));
  allocation = await engine.allocate(session, names, ports);
  const spec = { session, lab: 'real', scale: 1, startedAt: Date.now(), allocation, nodeCount: names.length };
  await engine.up(spec, names.map(nodeSpec), () => undefined, signal);
});
afterAll(async () => {
  await engine.dispose();
  await rm(stateDir, { recursive: true, force: true });
});

it('carries a client’s requests through the balancer to every backend', async () => {
  const stats = await waitUntil(
    async () => {
      const now = await statsOf('client-1');
      return now.role === 'client' && Object.keys(now.byServer).length === backends.length ? now : null;
    },
    generousMs,
    'an answer from each backend',
  );
  // The client may begin before the balancer listens; once all answer, every answer is a good one.
  expect(Object.keys(stats.byStatus)).toEqual(['200']);
});

it('lets a person at the client ask one backend by name, from the client’s own address', async () => {
  const handle = await engine.exec(session, 'client-1', {
    command: ['bash', '-lc', 'curl -s http://backend-3:8080/whoami'],
    tty: null,
  });
  let said = '';
  handle.onText((text) => {
    said += text;
  });
  expect(await handle.exit).toBe(0);
  expect(said).toContain('backend-3');
  expect(said).toContain(allocation.nodes['client-1']?.address);
});

it('gives a person ctl for the node they are at', async () => {
  const handle = await engine.exec(session, 'backend-3', {
    command: ['bash', '-lc', 'ctl stats'],
    tty: null,
  });
  let said = '';
  handle.onText((text) => {
    said += text;
  });
  expect(await handle.exit).toBe(0);
  expect(said).toContain('backend-3');
});

it('takes all of it down in 3 s and leaves nothing', async () => {
  const begin = Date.now();
  await engine.remove(session);
  expect(Date.now() - begin).toBeLessThan(3000);
  expect(marked(sessionMark, session)).toEqual([]);
  expect(await engine.found()).toEqual([]);
});

function nodeSpec(name: string): NodeSpec {
  const place = placeOf(name);
  const config = { node: name, admin: '/run/blindspot/admin.sock', ...roleOf(name) };
  return {
    name,
    ...place,
    role: config.role,
    config: JSON.stringify(config),
    memoryMiB: 64,
    pids: 64,
    sysctls: {},
    netfilter: null,
  };
}

function roleOf(name: string) {
  const listen = placeOf(name);
  if (name === 'client-1') {
    const { address, port } = placeOf('balancer-1');
    return { role: 'client', settings: { address, port, rate: 50 } };
  }
  if (name !== 'balancer-1') return { role: 'backend', listen };
  return { role: 'l4', listen, settings: { targets: backends.map((id) => ({ id, ...placeOf(id) })) } };
}

function placeOf(name: string): { readonly address: string; readonly port: number } {
  return allocation.nodes[name] ?? { address: '', port: 0 };
}

async function statsOf(node: string): Promise<Stats> {
  const stream: Duplex = await engine.control(session, node);
  stream.write('GET /stats HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n');
  const answer = await text(stream);
  const body = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
  return JSON.parse(body) as Stats;
}
