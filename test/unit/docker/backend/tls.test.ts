import * as https from 'node:https';
import * as net from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { flaws } from '../../../../docker/protocol/tls.ts';
import type { Flaw } from '../../../../docker/protocol/tls.ts';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';
import { certificates, identityOf } from '../../../support/certificates.ts';
import { waitUntil } from '../../../support/wait.ts';

const toStop: TestBackend[] = [];
afterEach(async () => {
  for (const backend of toStop.splice(0)) await backend.stop();
});

async function backend(tls: object = {}, settings: object = {}): Promise<TestBackend> {
  const started = await startTestBackend({
    identity: await identityOf('site'),
    settings: { ...settings, tls: { on: true, ...tls } },
  });
  toStop.push(started);
  return started;
}

/** One handshake, judged as a careful client judges it: what the certificate names, or the error's code. */
async function shake(
  port: number,
  options: ConnectionOptions = {},
): Promise<{ said: string; socket: TLSSocket }> {
  const { authority } = await certificates();
  const socket = connect({ host: '127.0.0.1', port, ca: [authority], ...options });
  return new Promise((resolve) => {
    socket.once('secureConnect', () =>
      resolve({ said: socket.getPeerX509Certificate()?.subject ?? 'nothing', socket }),
    );
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ said: error.code ?? error.message, socket }),
    );
  });
}

async function get(port: number, path: string, options: https.RequestOptions = {}): Promise<string> {
  const { authority } = await certificates();
  return new Promise((resolve) => {
    const sent = https.get(
      { host: '127.0.0.1', port, path, ca: [authority], agent: false, ...options },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
        response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe('a backend that speaks TLS', () => {
  test('answers, and tells what the handshake agreed on', async () => {
    const { port } = await backend();
    const said = JSON.parse(await get(port, '/whoami', { servername: 'app.lab' })) as {
      tls: Record<string, unknown>;
    };
    expect(said.tls).toMatchObject({ version: 'TLSv1.3', serverName: 'app.lab', resumed: false, peer: null });
  });

  test('shows the certificate of the name that is asked for, and its own to all others', async () => {
    const { port } = await backend();
    const shown = async (servername: string | undefined) => {
      const { said, socket } = await shake(port, {
        ...(servername === undefined ? {} : { servername }),
        rejectUnauthorized: false,
      });
      socket.destroy();
      return said;
    };
    expect(await shown('app.lab')).toBe('CN=app.lab');
    expect(await shown('red.shop.lab')).toBe('CN=*.shop.lab');
    expect(await shown('a.red.shop.lab')).toBe('CN=site');
    expect(await shown('else.lab')).toBe('CN=site');
    expect(await shown(undefined)).toBe('CN=site');
  });

  test('counts the bytes of the wire, not of what is in them', async () => {
    const one = await backend({}, { bodyBytes: 1000 });
    await get(one.port, '/', { servername: 'app.lab', headers: { 'x-blindspot-client': 'c' } });
    await waitUntil(() => one.stats().connections.open === 0);
    const { carrying, bytesReceived, bytesSent } = one.stats().connections;
    expect(carrying).toBe(1);
    expect(one.stats().requests.c).toMatchObject({ received: 1, answered: 1 });
    // A certificate goes out beside the body, and a ClientHello alone has more bytes than the request.
    expect(bytesReceived).toBeGreaterThan(400);
    expect(bytesSent).toBeGreaterThan(1700);
  });

  test('says what it shows, and counts handshakes: full, resumed, failed', async () => {
    const one = await backend({ versions: '1.2' });
    const first = await shake(one.port);
    const session = first.socket.getSession();
    const again = await shake(one.port, { session });
    expect(again.socket.isSessionReused()).toBe(true);
    // Plain HTTP to a TLS port, and a TCP check that says nothing at all.
    net
      .connect({ host: '127.0.0.1', port: one.port })
      .end('GET / HTTP/1.1\r\n\r\n')
      .on('error', () => undefined);
    await waitUntil(() => Object.keys(one.stats().tls?.failed ?? {}).length > 0);
    net
      .connect({ host: '127.0.0.1', port: one.port })
      .end()
      .on('error', () => undefined);
    await waitUntil(() => one.stats().connections.empty === 1);
    expect(one.stats().tls).toMatchObject({ on: true, full: 1, resumed: 1, failed: { 'not-tls': 1 } });
    expect(one.stats().tls?.shows.map(({ subject, issuer }) => [subject, issuer])).toEqual([
      ['site', 'Blindspot lab test'],
      ['app.lab', 'Blindspot lab test'],
      ['*.shop.lab', 'Blindspot lab test'],
    ]);
    first.socket.destroy();
    again.socket.destroy();
  });

  test('without tickets every handshake is a full one', async () => {
    const one = await backend({ versions: '1.2', resumption: false });
    const first = await shake(one.port);
    const session = first.socket.getSession();
    const again = await shake(one.port, { session });
    expect(again.socket.isSessionReused()).toBe(false);
    first.socket.destroy();
    again.socket.destroy();
  });

  test('mutual TLS: no client certificate, no connection', async () => {
    const one = await backend({ clientCertificate: 'require', versions: '1.2' });
    expect(await get(one.port, '/whoami', { servername: 'app.lab' })).toMatch(/^E/);
    const { certificates: own } = await identityOf('client-1');
    const mine = { cert: own[0]?.certificate, key: own[0]?.key };
    const said = JSON.parse(await get(one.port, '/whoami', { servername: 'app.lab', ...mine })) as {
      tls: { peer: { subject: string }; trusted: boolean };
    };
    expect(said.tls.peer.subject).toBe('client-1');
    expect(said.tls.trusted).toBe(true);
    expect(one.stats().tls?.failed).toEqual({ 'client-certificate': 1 });
  });

  test('switches TLS on and off while it runs', async () => {
    const one = await backend({ on: false });
    expect((await one.get('/healthz')).outcome).toBe('200');
    await one.admin('PATCH', '/settings', { tls: { on: true } });
    expect((await one.get('/healthz')).outcome).not.toBe('200');
    expect(await get(one.port, '/healthz', { servername: 'app.lab' })).toContain('alive');
    await one.admin('PATCH', '/settings', { tls: { on: false } });
    expect((await one.get('/healthz')).outcome).toBe('200');
  });

  test('a handshake that is under way as TLS is switched off is finished and answered, not left hanging', async () => {
    const one = await backend();
    const raw = net.connect(one.port, '127.0.0.1');
    await waitUntil(() => one.stats().connections.open === 1);
    await one.admin('PATCH', '/settings', { tls: { on: false } });
    const { said, socket } = await shake(one.port, { socket: raw, servername: 'app.lab' });
    expect(said).toBe('CN=app.lab');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('GET /healthz HTTP/1.1\r\nHost: app.lab\r\nConnection: close\r\n\r\n');
    await waitUntil(() => text.includes('alive'), 15_000, 'the answer');
    await waitUntil(() => one.stats().connections.open === 0, 15_000, 'the end of the connection');
  });

  test('without a certificate it refuses to, and says what to do', async () => {
    const plain = await startTestBackend();
    toStop.push(plain);
    const { status, body } = await plain.admin('PATCH', '/settings', { tls: { on: true } });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('`certificates`');
    expect(plain.stats().tls).toBeUndefined();
    await expect(startTestBackend({ settings: { tls: { on: true } } })).rejects.toThrow('settings.tls.on');
  });

  test('faults reach through TLS: a reset in mid-response, a body cut short', async () => {
    const one = await backend({}, { bodyBytes: 5000 });
    await one.fault('reset-mid-response');
    expect(await get(one.port, '/', { servername: 'app.lab' })).toBe('ECONNRESET');
    await one.heal('reset-mid-response');
    await one.fault('truncated-body');
    expect(await get(one.port, '/', { servername: 'app.lab' })).toBe('ECONNRESET');
  });
});

describe('wrong-certificate', () => {
  const verdicts: Readonly<Record<Flaw, string>> = {
    'wrong-name': 'ERR_TLS_CERT_ALTNAME_INVALID',
    expired: 'CERT_HAS_EXPIRED',
    'self-signed': 'DEPTH_ZERO_SELF_SIGNED_CERT',
    'unknown-authority': 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  };
  test.each(flaws)('%s: refused by who verifies, taken by who does not', async (flaw) => {
    const one = await backend();
    await one.fault('wrong-certificate', { flaw });
    expect((await shake(one.port, { servername: 'app.lab' })).said).toBe(verdicts[flaw]);
    const careless = await shake(one.port, { servername: 'app.lab', rejectUnauthorized: false });
    expect(careless.said).toContain('CN=');
    careless.socket.destroy();
    await one.heal('wrong-certificate');
    const healed = await shake(one.port, { servername: 'app.lab' });
    expect(healed.said).toBe('CN=app.lab');
    healed.socket.destroy();
  });

  test('an old session does not let a client past it', async () => {
    const one = await backend({ versions: '1.2' });
    const first = await shake(one.port, { servername: 'app.lab' });
    const session = first.socket.getSession();
    first.socket.destroy();
    await one.fault('wrong-certificate', { flaw: 'expired' });
    expect((await shake(one.port, { servername: 'app.lab', session })).said).toBe('CERT_HAS_EXPIRED');
  });

  test('a backend without certificates refuses it', async () => {
    const plain = await startTestBackend();
    toStop.push(plain);
    await expect(plain.fault('wrong-certificate')).rejects.toThrow('certificates');
  });
});
