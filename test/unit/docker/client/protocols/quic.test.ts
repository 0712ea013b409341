import { afterEach, expect, it as always } from 'vitest';
import { loadQuic } from '../../../../../docker/lib/quic/quiche.ts';
import type { ClientPatch } from '../../../../../docker/protocol/client.ts';
import { startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';
import { identityOf } from '../../../../support/certificates.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { udpForwarderTo } from '../../l4/udp-rig.ts';
import { startTestClient } from '../rig.ts';

/** Its library was built for Linux on x64 alone. */
const it = always.skipIf(loadQuic() === null);
const deadlineMs = 20_000;
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const serverIds = ['00000000000000a1', '00000000000000b2'] as const;

async function server(settings: object = {}, node = 'b1'): Promise<TestBackend> {
  const identity = await identityOf('site');
  const backend = await startTestBackend({ node, identity, settings: { quic: { on: true }, ...settings } });
  cleanups.push(() => backend.stop());
  return backend;
}

async function load(port: number, settings: ClientPatch = {}) {
  const asked = {
    protocol: 'quic',
    connections: 'kept',
    users: 4,
    rate: 100,
    host: 'app.lab',
    ...settings,
  } as const;
  const client = startTestClient(port, asked, await identityOf('client-1'));
  cleanups.push(() => client.stop());
  return client;
}

it('asks and is answered over QUIC, each user on one connection, and both sides count the same', async () => {
  const backend = await server();
  const client = await load(backend.port, { total: 40 });
  const stats = await client.quiet();
  expect(stats).toMatchObject({
    answered: 40,
    failed: 0,
    byStatus: { quic: 40 },
    byServer: { b1: { quic: 40 } },
    quic: { opened: 4, open: 4, lost: 0 },
    connections: { opened: 4, open: 4 },
  });
  expect(backend.stats()).toMatchObject({
    quic: { opened: 4, open: 4, strays: 0 },
    requests: { 'client-1': { answered: 40 } },
  });
  const [first] = backend.running.context.records.after(0);
  expect(first).toMatchObject({ outcome: '200', user: expect.stringMatching(/^u\d$/) as string, path: '/' });
});

it('new: a connection for each request, closed in order', async () => {
  const backend = await server();
  const client = await load(backend.port, { connections: 'new', total: 12 });
  const stats = await client.quiet();
  expect(stats).toMatchObject({ answered: 12, quic: { opened: 12, open: 0 }, connections: { open: 0 } });
  await waitUntil(() => backend.stats().quic?.open === 0, deadlineMs, 'the server to hear the ends');
});

it('moves every connection with the network, and the server sees it come from elsewhere', async () => {
  const backend = await server();
  const client = await load(backend.port, { sources: ['127.0.0.1', '127.0.0.9'] });
  await waitUntil(() => client.stats().quic?.open === 4, deadlineMs, 'four connections');
  client.patch({ quic: { network: 'mobile', fallback: false, fallbackMs: 300 } });
  await waitUntil(() => client.stats().quic?.lived === 4, deadlineMs, 'four that moved');
  await waitUntil(() => backend.stats().quic?.moved === 4, deadlineMs, 'the server to see it');
  const before = client.stats().answered;
  await waitUntil(() => client.stats().answered > before + 8, deadlineMs, 'answers from there');
  expect(client.stats()).toMatchObject({
    quic: { opened: 4, lost: 0, latest: { moved: 4, lived: 4, lost: 0 } },
  });
  expect(client.records().at(-1)?.connection).toMatch(/^127\.0\.0\.9:/);
});

async function behindBalancer(udpRoute: 'flow' | 'connection-id') {
  const servers = await Promise.all(
    serverIds.map((serverId, at) => server({ quic: { on: true, serverId } }, `b${at + 1}`)),
  );
  const targets = servers.map(({ port }, at) => ({
    id: `t${at + 1}`,
    address: '127.0.0.1',
    port,
    serverId: serverIds[at] ?? '',
  }));
  // Round robin: each user in turn is given the next one, so that four who move one after the other all keep the rhythm.
  const front = await udpForwarderTo([], { udpRoute, targets, algorithm: 'round-robin' });
  cleanups.push(front.close);
  return { front, servers };
}

it('behind a balancer that goes by address, a connection that moves to another server dies; it says so, and begins anew', async () => {
  const { front, servers } = await behindBalancer('flow');
  // One user: its second flow is the round robin's second, so the other server's.
  const client = await load(front.port, { users: 1, rate: 20, firstByteTimeoutMs: 500 });
  await waitUntil(() => (client.stats().byStatus.quic ?? 0) > 0, deadlineMs, 'an answer');
  client.patch({ quic: { network: 'mobile', fallback: false, fallbackMs: 300 } });
  await waitUntil(() => client.stats().quic?.lost === 1, deadlineMs, 'the loss');
  expect(client.stats().byFailure['lost-after-move']).toBeGreaterThan(0);
  expect(servers.reduce((sum, one) => sum + (one.stats().quic?.strays ?? 0), 0)).toBeGreaterThan(0);
  await waitUntil(() => client.stats().quic?.opened === 2, deadlineMs, 'a new connection');
});

it('behind a balancer that goes by connection id, every one lives', async () => {
  const { front, servers } = await behindBalancer('connection-id');
  const client = await load(front.port, { users: 6 });
  await waitUntil(() => client.stats().quic?.open === 6, deadlineMs, 'six connections');
  for (const network of ['mobile', 'wifi'] as const) {
    client.patch({ quic: { network, fallback: false, fallbackMs: 300 } });
    await waitUntil(
      () => client.stats().quic?.latest?.lived === 6,
      deadlineMs,
      `six that moved to ${network}`,
    );
  }
  expect(client.stats().quic).toMatchObject({ opened: 6, moved: 12, lived: 12, lost: 0 });
  expect(servers.map((one) => one.stats().quic?.strays)).toEqual([0, 0]);
});

it('without an answer over UDP: fails by its timer, or falls back to HTTP/2 over TCP', async () => {
  const backend = await server({ quic: { on: false }, tls: { on: true }, http2: true });
  const strict = await load(backend.port, { total: 6, connectTimeoutMs: 200 });
  expect((await strict.quiet()).byFailure).toEqual({ 'connect-timeout': 6 });
  const quic = { network: 'wifi', fallback: true, fallbackMs: 100 } as const;
  const flexible = await load(backend.port, { total: 40, quic });
  const stats = await flexible.quiet();
  expect(stats).toMatchObject({ answered: 40, byStatus: { '200': 40 }, quic: { opened: 0, overTcp: 40 } });
});

it('refuses a server whose certificate is for another name', async () => {
  const backend = await server();
  const client = await load(backend.port, { total: 4, host: 'bank.lab' });
  const stats = await client.quiet();
  expect(stats.byFailure).toEqual({ tls: 4 });
  expect(client.records()[0]?.detail).toContain('TLS alert');
});

it('a backend without a certificate refuses to speak QUIC, and says what it lacks', async () => {
  const backend = await startTestBackend();
  cleanups.push(() => backend.stop());
  const { status, body } = await backend.admin('PATCH', '/settings', { quic: { on: true } });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain('certificate');
});
