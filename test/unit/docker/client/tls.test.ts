import * as http2 from 'node:http2';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClientPatch, HandAnswer } from '../../../../docker/protocol/client.ts';
import { clientSettingsSchema } from '../../../../docker/protocol/client.ts';
import type { ClientTls, Flaw } from '../../../../docker/protocol/tls.ts';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';
import { identityOf } from '../../../support/certificates.ts';
import { waitUntil } from '../../../support/wait.ts';
import { startServer, startTestClient } from './rig.ts';
import type { TestClient } from './rig.ts';

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function backend(settings: object = {}): Promise<TestBackend> {
  const started = await startTestBackend({
    identity: await identityOf('site'),
    settings: { tls: { on: true }, ...settings },
  });
  toClose.push(() => started.stop());
  return started;
}

const careful: ClientTls = clientSettingsSchema.shape.tls.parse({ on: true, serverName: 'app.lab' });

async function load(port: number, settings: ClientPatch = {}): Promise<TestClient> {
  const client = startTestClient(
    port,
    { tls: careful, total: 20, ...settings },
    await identityOf('client-1'),
  );
  toClose.push(() => client.stop());
  return client;
}

describe('a load client over TLS', () => {
  test('asks for a name, verifies, and says what the handshake agreed on', async () => {
    const { port, stats } = await backend();
    const client = await load(port);
    const { byStatus, byFailure, connections, tls: spoken } = await client.quiet();
    expect({ byStatus, byFailure }).toEqual({ byStatus: { 200: 20 }, byFailure: {} });
    expect(connections).toMatchObject({ opened: 20, failed: 0 });
    expect((spoken?.full ?? 0) + (spoken?.resumed ?? 0)).toBe(20);
    expect(spoken?.shown).toMatchObject({ subject: 'app.lab', issuer: 'Blindspot lab test' });
    expect(client.records()[0]?.tls).toMatchObject({
      ...{ version: 'TLSv1.3', alpn: 'http/1.1', serverName: 'app.lab', trusted: true },
      peer: { names: ['app.lab'] },
    });
    // Both ends see the same bytes, below TLS; the last goodbyes may still be under way.
    await waitUntil(() => stats().connections.open === 0 && client.stats().connections.open === 0);
    expect(client.stats().bytes.sent).toBe(stats().connections.bytesReceived);
    expect(stats().connections.bytesSent - client.stats().bytes.received).toBeGreaterThanOrEqual(0);
  });

  test('the Host names the server where no other name is set', async () => {
    const { port } = await backend();
    const client = await load(port, { tls: { ...careful, serverName: null }, host: 'red.shop.lab:8443' });
    expect((await client.quiet()).tls?.shown?.subject).toBe('*.shop.lab');
  });

  test('an address is no server name, but the certificate must carry it', async () => {
    const { port } = await backend();
    const client = await load(port, { tls: { ...careful, serverName: null } });
    expect((await client.quiet()).byStatus).toEqual({ 200: 20 });
    expect(client.records()[0]?.tls).toMatchObject({ serverName: null, peer: { subject: 'site' } });
  });

  const kinds: Readonly<Record<Flaw, string>> = {
    'wrong-name': 'certificate-name',
    expired: 'certificate-expired',
    'self-signed': 'certificate-untrusted',
    'unknown-authority': 'certificate-untrusted',
  };
  test.each(Object.entries(kinds))('a certificate that is %s is the failure %s', async (flaw, kind) => {
    const one = await backend();
    await one.fault('wrong-certificate', { flaw });
    const client = await load(one.port, { total: 5 });
    const { byFailure, tls: spoken } = await client.quiet();
    expect(byFailure).toEqual({ [kind]: 5 });
    expect(spoken?.failed).toEqual({ [flaw]: 5 });
    expect(one.stats().requests).toEqual({});
    expect(client.notes().join()).toContain(`${kind}: the certificate`);
    const careless = await load(one.port, { total: 5, tls: { ...careful, verify: false } });
    expect((await careless.quiet()).byStatus).toEqual({ 200: 5 });
    expect(careless.records()[0]?.tls?.trusted).toBeNull();
  });

  test('resumes sessions, or not', async () => {
    const { port, stats } = await backend();
    const one = await load(port, { users: 1, rate: 40 });
    const { tls: spoken } = await one.quiet();
    expect(spoken?.full).toBeLessThan(20);
    expect(spoken?.resumed).toBeGreaterThan(0);
    expect(stats().tls).toMatchObject({ full: spoken?.full, resumed: spoken?.resumed });
    const other = await load(port, { users: 1, rate: 40, tls: { ...careful, resume: false } });
    expect((await other.quiet()).tls).toMatchObject({ full: 20, resumed: 0 });
  });

  test('shows its own certificate to a server that requires one', async () => {
    for (const versions of ['1.2', '1.3'] as const) {
      const one = await backend({ tls: { on: true, clientCertificate: 'require', versions } });
      const without = await load(one.port, { total: 3 });
      expect((await without.quiet()).byFailure).toEqual({ tls: 3 });
      const client = await load(one.port, { total: 3, tls: { ...careful, present: true } });
      expect((await client.quiet()).byStatus).toEqual({ 200: 3 });
    }
  });

  test('a server that never shakes hands is a time-out of its own', async () => {
    const silent = await startServer(() => undefined);
    toClose.push(() => silent.close());
    const client = await load(silent.port, { total: 2, connectTimeoutMs: 300 });
    expect((await client.quiet()).byFailure).toEqual({ 'tls-timeout': 2 });
  });

  test('plain HTTP where TLS is spoken, and TLS where it is not', async () => {
    const chatty = net.createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 No\r\n\r\n'),
    );
    await new Promise<void>((resolve) => chatty.listen(0, '127.0.0.1', resolve));
    toClose.push(() => new Promise((resolve) => chatty.close(resolve)));
    const client = await load((chatty.address() as net.AddressInfo).port, { total: 2 });
    const { byFailure, tls: spoken } = await client.quiet();
    expect(byFailure).toEqual({ tls: 2 });
    expect(spoken?.failed).toEqual({ 'not-tls': 2 });

    const { port } = await backend();
    const bare = await load(port, { total: 2, tls: { ...careful, on: false } });
    const ended = await bare.quiet();
    expect(ended.answered).toBe(0);
    expect(ended.tls).toBeUndefined();
  });

  test('a refused connection is refused, under TLS too', async () => {
    const server = await startServer(() => undefined);
    await server.close();
    const client = await load(server.port, { total: 2 });
    expect((await client.quiet()).byFailure).toEqual({ refused: 2 });
    expect(client.stats().connections).toMatchObject({ opened: 0, failed: 2 });
  });

  test('a request by hand goes over TLS too, and shakes hands on its own account', async () => {
    const { port } = await backend();
    const client = await load(port, { running: false });
    const { answers } = (await client.call('POST', '/request', { path: '/whoami' })) as {
      answers: HandAnswer[];
    };
    expect(answers[0]).toMatchObject({ outcome: '200', server: 'b1' });
    expect(client.stats().tls).toBeUndefined();
  });

  test('kept connections carry many requests on one handshake; a change of TLS makes new ones', async () => {
    const { port } = await backend();
    const client = await load(port, { users: 1, connections: 'kept', rate: 100, total: 0 });
    await waitUntil(() => client.stats().answered > 10);
    client.patch({ tls: { ...careful, serverName: 'red.shop.lab' } });
    await waitUntil(() => client.stats().tls?.shown?.subject === '*.shop.lab');
    client.patch({ running: false });
    const { full = 0, resumed = 0 } = (await client.quiet()).tls ?? {};
    expect(full + resumed).toBe(client.stats().connections.opened);
    expect(client.stats().byFailure).toEqual({});
  });
});

describe('HTTP/2 over TLS', () => {
  async function serving(alpn: readonly string[]): Promise<number> {
    const { certificates } = await identityOf('site');
    const [, site] = certificates;
    const h2 = http2.createServer((_request, response) => void response.end('ok'));
    const server = tls.createServer(
      { cert: site?.certificate, key: site?.key, ALPNProtocols: [...alpn] },
      (socket) => {
        socket.on('error', () => undefined);
        if (socket.alpnProtocol === 'h2') h2.emit('connection', socket);
      },
    );
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    toClose.push(() => new Promise((resolve) => server.close(resolve)));
    return (server.address() as net.AddressInfo).port;
  }

  test('by ALPN, with streams of one session', async () => {
    const client = await load(await serving(['h2', 'http/1.1']), {
      ...{ protocol: 'http2', connections: 'kept', users: 1, rate: 200 },
    });
    const { byStatus, byFailure, tls: spoken } = await client.quiet();
    expect({ byStatus, byFailure }).toEqual({ byStatus: { 200: 20 }, byFailure: {} });
    expect(spoken).toMatchObject({ full: 1, resumed: 0 });
    expect(client.records()[0]?.tls?.alpn).toBe('h2');
  });

  test('a server that only speaks HTTP/1.1 is not spoken to', async () => {
    const client = await load(await serving(['http/1.1']), { protocol: 'http2', total: 2 });
    expect((await client.quiet()).byFailure).toEqual({ tls: 2 });
  });
});
