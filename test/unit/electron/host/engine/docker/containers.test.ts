import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { aliases, removeContainers } from '../../../../../../electron/host/engine/docker/containers.ts';
import type { SessionSpec } from '../../../../../../electron/host/engine/engine.ts';

const place = { address: '10.9.0.2', port: 8080 };
const session: SessionSpec = {
  session: 's1',
  lab: 'l',
  scale: 1,
  startedAt: 0,
  nodeCount: 4,
  allocation: {
    networks: [],
    nodes: Object.fromEntries(
      ['client', 'worker-1', 'worker-2', 'worker-vip', 'dsr', 'dsr-vip'].map((name) => [name, place]),
    ),
  },
  hosts: { 'app.lab': 'dsr', 'other.lab': 'client' },
};

describe('the names of a container', () => {
  it('are its own, the address that its group shares, and its sites: a name that is not known is waited for', () => {
    expect(aliases(session, 'client')).toEqual(['client', 'other.lab']);
    expect(aliases(session, 'worker-2')).toEqual(['worker-2', 'worker-vip']);
    expect(aliases(session, 'dsr')).toEqual(['dsr', 'dsr-vip', 'app.lab']);
  });
});

/** An engine that lists one node and never answers its removal. */
async function stuckEngine(): Promise<Docker> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-stuck-'));
  const socketPath = join(folder, 'docker.sock');
  const server = createServer((request, answer) => {
    if (request.method === 'GET')
      answer.setHeader('Content-Type', 'application/json').end(JSON.stringify([{ Id: 'one', Labels: {} }]));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return new Docker({ socketPath });
}

test('an engine that never removes a node is given up on, and said to be stuck', async () => {
  await expect(removeContainers(await stuckEngine(), 'session', undefined, 300)).rejects.toMatchObject({
    code: 'engine-failed',
    message: 'The Docker engine has not removed a node within 0.3 s: it is stuck.',
  });
});
