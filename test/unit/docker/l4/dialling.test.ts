import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { createForwarder } from '../../../../docker/l4/forwarder.ts';
import { connectionsRoute } from '../../../../docker/l4/connections-route.ts';
import type { ConnectionPage } from '../../../../docker/protocol/connections.ts';
import { waitUntil } from '../../../support/wait.ts';
import { deadPort, rawClient } from './rig.ts';
import { echo, stage } from './stage.ts';

const { backend, forwarder, client } = stage();
const six = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

/** A port whose accept queue is full: the kernel drops each further SYN, as an overloaded or vanished host would. */
async function silentPort(): Promise<number> {
  const code = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port) + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  const port = Number(await waitUntil(() => (said.endsWith('\n') ? said : null), 30_000));
  // Backlog 1 holds two; the kernel takes one more that it will not complete.
  const fillers = [1, 2, 3, 4].map(() => rawClient(port).catch(() => null));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    for (const filler of await Promise.all(fillers)) filler?.socket.destroy();
  });
  await Promise.race(fillers);
  return port;
}

describe('dialling', () => {
  it('a target that does not answer is given up at the time-out, and another one takes the connection', async () => {
    const target = await backend(echo);
    const front = await forwarder([await silentPort(), target.port], {
      connectTimeoutMs: 300,
      connectRetries: 1,
    });
    const user = await client(front.port);
    user.socket.write('early');
    await waitUntil(() => user.text() === 'early', 20_000);
    // The queue may still have had room for one; the second connection cannot be lucky as well.
    expect(front.group.members.map(({ counters }) => [counters.opened, counters.failed])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  }, 60_000);

  it('without redispatch the same target is tried again, as often as may be, and nobody else', async () => {
    const other = await backend(echo);
    const front = await forwarder([await deadPort(), other.port], {
      connectRetries: 3,
      connectRetryAt: 'same',
      connectRetryWaitMs: 5,
    });
    const user = await client(front.port);
    await waitUntil(() => user.fate() === 'ECONNRESET', 20_000);
    expect(front.group.members.map(({ counters }) => [counters.opened, counters.failed])).toEqual([
      [0, 4],
      [0, 0],
    ]);
  });

  it('a client that leaves between two tries takes the next with it', async () => {
    const front = await forwarder([await deadPort()], {
      connectRetries: 1,
      connectRetryAt: 'same',
      connectRetryWaitMs: 600_000,
    });
    const user = await client(front.port);
    await waitUntil(() => front.group.members[0]?.counters.failed === 1);
    user.socket.resetAndDestroy();
    await waitUntil(() => front.forwarder.flows.size === 0);
    expect(front.group.members[0]?.counters.failed).toBe(1);
  });

  it('with nobody left to try it is reset', async () => {
    const front = await forwarder([await silentPort()], { connectTimeoutMs: 300 });
    const user = await client(front.port);
    await waitUntil(() => user.fate() === 'ECONNRESET', 20_000);
    expect(front.forwarder.counters.connections).toMatchObject({ open: 0, failed: 1 });
  }, 60_000);

  it('a client that leaves meanwhile takes its attempt with it', async () => {
    const front = await forwarder([await silentPort()], { connectTimeoutMs: 60_000 });
    const user = await client(front.port);
    await waitUntil(() => front.forwarder.flows.size === 1);
    user.socket.resetAndDestroy();
    await waitUntil(() => front.forwarder.flows.size === 0);
    expect(front.forwarder.counters.ended['client-reset']).toBe(1);
  }, 60_000);

  it.runIf(six)('IPv6 on both sides', async () => {
    const target = createServer(echo);
    await new Promise<void>((resolve) => target.listen(0, '::1', resolve));
    onTestFinished(() => void target.close());
    const front = await forwarder([]);
    const { port } = target.address() as AddressInfo;
    front.change({ targets: [{ id: 'six', address: '::1', port }] });
    const user = await client(front.port);
    user.socket.write('six');
    await waitUntil(() => user.text() === 'six');
    const page = await table(front.forwarder);
    expect(page.connections[0]?.upstream?.to).toBe(`[::1]:${port}`);
    user.socket.destroy();
    await waitUntil(() => front.forwarder.flows.size === 0);
  });
});

describe('the table of connections', () => {
  it('shows both four-tuples, bytes, state, and why the target was picked once somebody looks', async () => {
    const front = await forwarder([(await backend(echo)).port, (await backend(echo)).port]);
    await table(front.forwarder);
    const user = await client(front.port);
    user.socket.write('hello');
    await waitUntil(() => user.text() === 'hello');
    const { open, connections } = await table(front.forwarder);
    expect(open).toBe(1);
    expect(connections[0]).toMatchObject({
      state: 'open',
      target: 't1',
      why: 'turn 1 of 2',
      client: { from: `127.0.0.1:${user.socket.localPort ?? 0}`, to: `127.0.0.1:${front.port}` },
      upstream: { to: `127.0.0.1:${front.targets[0]?.port ?? 0}` },
      stated: null,
      serverName: null,
      bytesToTarget: 5,
      bytesFromTarget: 5,
    });
    user.socket.end();
    await waitUntil(async () => (await table(front.forwarder)).connections[0]?.state === 'client-done');
  });

  it('keeps what ended, and how, for whoever looks', async () => {
    const front = await forwarder([(await backend(echo)).port]);
    await table(front.forwarder);
    const user = await client(front.port);
    user.socket.write('hello');
    await waitUntil(() => user.text() === 'hello');
    const from = `127.0.0.1:${user.socket.localPort ?? 0}`;
    user.socket.resetAndDestroy();
    const [row] = await waitUntil(async () => {
      const { ended } = await table(front.forwarder);
      return ended.length > 0 ? ended : null;
    });
    expect(row).toMatchObject({ end: 'client-reset', target: 't1', client: { from }, bytesToTarget: 5 });
  });

  it('comes in pages, the newest first', async () => {
    const front = await forwarder([(await backend(echo)).port]);
    for (let i = 0; i < 5; i++) await client(front.port);
    await waitUntil(() => front.forwarder.flows.size === 5);
    const ids = async (query: string) => {
      const page = await table(front.forwarder, query);
      return [page.connections.map(({ id }) => id), page.next];
    };
    expect(await ids('limit=2')).toEqual([[5, 4], 4]);
    expect(await ids('limit=2&before=4')).toEqual([[3, 2], 2]);
    expect(await ids('limit=2&before=2')).toEqual([[1], null]);
    expect(await ids('limit=0')).toEqual([[], null]);
  });

  it('finds the connection of one client, open or lately ended', async () => {
    const target = await backend(echo);
    const front = await forwarder([target.port]);
    // Looked at, so that what ends is kept.
    await table(front.forwarder);
    const [user, other] = [await client(front.port), await client(front.port)];
    const from = `127.0.0.1:${user.socket.localPort ?? 0}`;
    const found = () => table(front.forwarder, `client=${from}`);
    await waitUntil(async () => (await found()).connections.length === 1, 15_000);
    expect((await found()).connections[0]?.client.from).toBe(from);
    user.socket.resetAndDestroy();
    await waitUntil(async () => (await found()).ended.length === 1, 15_000);
    expect(await found()).toMatchObject({
      connections: [],
      ended: [{ client: { from }, end: 'client-reset' }],
    });
    other.socket.destroy();
  });
});

function table(of: ReturnType<typeof createForwarder>, query = ''): Promise<ConnectionPage> {
  const call = { params: {}, query: new URLSearchParams(query), body: undefined };
  return connectionsRoute(of, { flows: new Set() }).handle(call) as Promise<ConnectionPage>;
}
