import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { L7Patch } from '../../../../docker/protocol/balancer.ts';
import { flaws } from '../../../../docker/protocol/tls.ts';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';
import { certificates, identityOf } from '../../../support/certificates.ts';
import { waitUntil } from '../../../support/wait.ts';
import { cleanUp, proxyTo, raw } from './rig.ts';

const toStop: TestBackend[] = [];
const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await cleanUp();
  for (const backend of toStop.splice(0)) await backend.stop();
  for (const close of toClose.splice(0)) await close();
});

async function backend(tls: object | null): Promise<TestBackend> {
  const started = await startTestBackend({
    identity: await identityOf('b1'),
    settings: tls === null ? {} : { tls: { on: true, ...tls } },
  });
  toStop.push(started);
  return started;
}

/** `site` holds certificates for itself, app.lab and *.shop.lab, and trusts the authority of all. */
async function proxy(port: number, patch: L7Patch) {
  return proxyTo([port], patch, undefined, await identityOf('site'));
}

const ending = { tls: { on: true } } as const;

interface Got {
  readonly status: number | string;
  readonly body: string;
  readonly subject: string;
}

async function get(port: number, path: string, options: https.RequestOptions = {}): Promise<Got> {
  const { authority } = await certificates();
  return new Promise((resolve) => {
    const sent = https.get(
      { host: '127.0.0.1', port, path, ca: [authority], agent: false, servername: 'app.lab', ...options },
      (response) => {
        const { socket } = response;
        const subject = socket instanceof TLSSocket ? (socket.getPeerX509Certificate()?.subject ?? '') : '';
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, subject }));
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: error.code ?? error.message, body: '', subject: '' }),
    );
  });
}

/** A connection of its own, without TLS: the status, or how it failed. */
function plainly(port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

function headersIn({ body }: Got): Record<string, string> {
  const { headers } = JSON.parse(body) as { headers: [string, string][] };
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

describe('a proxy that ends TLS', () => {
  test('with TLS 1.2 agrees on no cipher that is out of favour, unless it is to', async () => {
    const plain = await backend(null);
    const { port, change } = await proxy(plain.port, ending);
    const with12 = (ciphers: string) => get(port, '/', { maxVersion: 'TLSv1.2', ciphers });
    expect((await with12('ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256')).status).toBe(200);
    const old = 'ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384';
    expect((await with12(old)).status).not.toBe(200);
    change({ tls: { on: true, ciphers: 'wide' } });
    expect((await with12(old)).status).toBe(200);
  });

  test('shows the certificate of the name asked for, and passes the request on in the clear', async () => {
    const plain = await backend(null);
    const { port, records, log, proxy: it } = await proxy(plain.port, ending);
    const got = await get(port, '/whoami');
    expect(got).toMatchObject({ status: 200, subject: 'CN=app.lab' });
    expect((await get(port, '/', { servername: 'blue.shop.lab' })).subject).toBe('CN=*.shop.lab');
    const headers = headersIn(got);
    expect(headers['x-forwarded-proto']).toBe('https');
    expect(headers['x-forwarded-port']).toBe(String(port));
    expect((JSON.parse(got.body) as { tls: unknown }).tls).toBeNull();
    const [record] = records.after(0);
    expect(record?.tls).toMatchObject({ version: 'TLSv1.3', serverName: 'app.lab', alpn: null });
    expect(record?.targetTls).toBeUndefined();
    expect(log[0]?.tls).toBe(`TLSv1.3 ${record?.tls?.cipher ?? ''}`);
    expect(it.front?.stats()).toMatchObject({ on: true, full: 2, resumed: 0, failed: {} });
  });

  test('in the clear X-Forwarded-Proto is http, whatever the request says of itself', async () => {
    const plain = await backend(null);
    const { port } = await proxy(plain.port, {});
    const direct = await fetch(`http://127.0.0.1:${port}/whoami`);
    const { headers } = (await direct.json()) as { headers: [string, string][] };
    expect(headers.find(([name]) => name.toLowerCase() === 'x-forwarded-proto')?.[1]).toBe('http');
  });

  test('mutual TLS: the proven name goes on, a claimed one does not', async () => {
    const plain = await backend(null);
    const { port, proxy: it } = await proxy(plain.port, { tls: { on: true, clientCertificate: 'ask' } });
    const [mine] = (await identityOf('client-1')).certificates;
    const claim = { headers: { 'X-Forwarded-Client-Cert': 'Subject="CN=admin"' } };
    const proven = await get(port, '/whoami', { ...claim, cert: mine?.certificate, key: mine?.key });
    expect(headersIn(proven)['x-forwarded-client-cert']).toBe(
      'Subject="CN=client-1";Issuer="CN=Blindspot lab test"',
    );
    expect(headersIn(await get(port, '/whoami', claim))['x-forwarded-client-cert']).toBeUndefined();
    const stranger = { cert: mine?.flawed['unknown-authority'], key: mine?.key };
    expect(headersIn(await get(port, '/whoami', stranger))['x-forwarded-client-cert']).toBeUndefined();
    expect(it.front?.stats().failed).toEqual({});
  });

  test('switches while it runs, and a plain request to a TLS port gets no answer', async () => {
    const plain = await backend(null);
    const { port, change, proxy: it } = await proxy(plain.port, {});
    expect(await plainly(port)).toBe(200);
    change(ending);
    expect((await get(port, '/')).status).toBe(200);
    expect(await plainly(port)).toBe('ECONNRESET');
    await waitUntil(() => it.front?.stats().failed['not-tls'] === 1);
    change({ tls: { on: false } });
    expect(await plainly(port)).toBe(200);
  });

  test('bytes are those of the wire', async () => {
    const plain = await backend(null);
    const { port, proxy: it } = await proxy(plain.port, ending);
    const { body } = await get(port, '/');
    await waitUntil(() => it.connections.open === 0);
    // A ClientHello alone is longer than the request, a certificate goes with the answer.
    expect(it.bytes().received).toBeGreaterThan(400);
    expect(it.bytes().sent).toBeGreaterThan(body.length + 700);
  });
});

describe('a proxy that encrypts again', () => {
  const again = { ...ending, targetTls: { on: true } } as const;
  const careful = { ...ending, targetTls: { on: true, verify: true } } as const;

  test('needs no certificate of its own for that, only trust', async () => {
    const secure = await backend({});
    const {
      port,
      records,
      proxy: it,
    } = await proxyTo([secure.port], { targetTls: careful.targetTls }, undefined, {
      ...(await identityOf('site')),
      certificates: [],
    });
    const got = await fetch(`http://127.0.0.1:${port}/whoami`);
    expect(got.status).toBe(200);
    expect(((await got.json()) as { tls: { version: string } }).tls.version).toBe('TLSv1.3');
    expect(records.after(0)[0]?.targetTls).toMatchObject({
      ...{ alpn: 'http/1.1', trusted: true },
      peer: { subject: 'b1' },
    });
    expect(it.secureTargets.stats({})).toMatchObject({ full: 1, failed: {}, shown: { subject: 'b1' } });
  });

  test.each(flaws)('%s: taken without verification, 502 with it', async (flaw) => {
    const secure = await backend({});
    await secure.fault('wrong-certificate', { flaw });
    const careless = await proxy(secure.port, again);
    expect((await get(careless.port, '/')).status).toBe(200);
    const { port, log, proxy: it } = await proxy(secure.port, careful);
    const refused = await get(port, '/');
    expect(refused).toMatchObject({ status: 502 });
    expect(refused.body).toContain('(tls)');
    expect(it.own).toEqual({ tls: 1 });
    expect(it.secureTargets.stats({})?.failed).toEqual({ [flaw]: 1 });
    expect(log.at(-1)).toMatchObject({ cause: 'tls', termination: 'SC', targetStatus: null });
    await secure.heal('wrong-certificate');
    expect((await get(port, '/')).status).toBe(200);
  });

  test('a handshake that failed gives its place in the pool back', async () => {
    const secure = await backend({});
    await secure.fault('wrong-certificate', { flaw: 'expired' });
    const { port } = await proxy(secure.port, { ...careful, poolSize: 2 });
    for (let n = 0; n < 6; n++) expect((await get(port, '/')).status).toBe(502);
    await secure.heal('wrong-certificate');
    for (let n = 0; n < 6; n++) expect((await get(port, '/')).status).toBe(200);
  });

  test('asks for a name and expects it', async () => {
    const secure = await startTestBackend({
      identity: await identityOf('site'),
      settings: { tls: { on: true } },
    });
    toStop.push(secure);
    const named = { ...ending, targetTls: { on: true, verify: true, serverName: 'app.lab' } } as const;
    const { port } = await proxy(secure.port, named);
    const said = JSON.parse((await get(port, '/whoami')).body) as { tls: { serverName: string } };
    expect(said.tls.serverName).toBe('app.lab');
    const wrong = await proxy(secure.port, {
      ...named,
      targetTls: { ...named.targetTls, serverName: 'x.lab' },
    });
    expect((await get(wrong.port, '/')).status).toBe(502);
  });

  test('one handshake carries many requests, and a ticket shortens the next', async () => {
    const secure = await backend({ versions: '1.2' });
    const { port, change, proxy: it } = await proxy(secure.port, again);
    for (let n = 0; n < 5; n++) expect((await get(port, '/')).status).toBe(200);
    expect(secure.stats().tls).toMatchObject({ full: 1, resumed: 0 });
    expect(it.secureTargets.stats({})).toMatchObject({ full: 1, resumed: 0 });
    change({ ...again, keepAliveMs: 59_000 });
    await secure.admin('PATCH', '/settings', { keepAliveMs: 1 });
    await waitUntil(() => secure.stats().connections.open === 0);
    expect((await get(port, '/')).status).toBe(200);
    await waitUntil(() => (it.secureTargets.stats({})?.resumed ?? 0) > 0);
  });

  test('switched on, nothing more goes over connections that were kept in the clear', async () => {
    const one = await backend(null);
    const { port, change, records } = await proxy(one.port, ending);
    expect((await get(port, '/')).status).toBe(200);
    // What the target keeps open in the clear it would go on serving.
    await one.admin('PATCH', '/settings', { tls: { on: true } });
    change(again);
    expect((await get(port, '/')).status).toBe(200);
    expect(records.after(0).map(({ targetTls }) => targetTls?.version)).toEqual([undefined, 'TLSv1.3']);
    await waitUntil(() => one.stats().connections.open === 1);
  });

  test('shows its own certificate to a target that requires one', async () => {
    const secure = await backend({ clientCertificate: 'require' });
    const without = await proxy(secure.port, again);
    expect((await get(without.port, '/')).status).toBe(502);
    const { port } = await proxy(secure.port, { ...again, targetTls: { on: true, present: true } });
    const said = JSON.parse((await get(port, '/whoami')).body) as { tls: { peer: { subject: string } } };
    expect(said.tls.peer.subject).toBe('site');
  });

  test('a target without TLS, one that is silent, one that is not there', async () => {
    const plain = await backend(null);
    const wrong = await proxy(plain.port, again);
    expect((await get(wrong.port, '/')).status).toBe(502);
    expect(wrong.proxy.own).toEqual({ tls: 1 });

    const silent = await proxy(await raw(() => undefined), { ...again, connectTimeoutMs: 300 });
    expect((await get(silent.port, '/')).status).toBe(502);
    expect(silent.proxy.own).toEqual({ tls: 1 });

    await plain.stop();
    toStop.splice(toStop.indexOf(plain), 1);
    const gone = await proxy(plain.port, again);
    expect((await get(gone.port, '/')).status).toBe(502);
    expect(gone.proxy.own).toEqual({ refused: 1 });
  });

  test('another target is tried after a handshake that failed: nothing was sent', async () => {
    const [bad, good] = [await backend({}), await backend({})];
    await bad.fault('wrong-certificate', { flaw: 'expired' });
    const { port, proxy: it } = await proxyTo(
      [bad.port, good.port],
      { ...careful, connectRetries: 1 },
      undefined,
      await identityOf('site'),
    );
    for (let n = 0; n < 4; n++) expect((await get(port, '/')).status).toBe(200);
    expect(it.secureTargets.stats({})?.failed.expired).toBeGreaterThan(0);
    expect(bad.stats().others.received).toBe(0);
  });
});

describe('HTTP/2 over TLS', () => {
  async function h2Target(): Promise<number> {
    const [own] = (await identityOf('b1')).certificates;
    const server = http2.createSecureServer({ cert: own?.certificate, key: own?.key });
    server.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200, scheme: headers[':scheme'] });
      stream.end('over h2');
    });
    server.on('sessionError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    toClose.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    return (server.address() as AddressInfo).port;
  }

  async function ask(port: number): Promise<{ status: number; body: string; alpn: unknown }> {
    const { authority } = await certificates();
    const session = http2.connect(`https://127.0.0.1:${port}`, { ca: [authority], servername: 'app.lab' });
    const stream = session.request({ ':path': '/whoami', ':authority': 'app.lab' });
    return new Promise((resolve, reject) => {
      let status = 0;
      let body = '';
      session.on('error', reject);
      stream.on('error', reject);
      stream.on('response', (headers) => (status = headers[':status'] ?? 0));
      stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
      stream.on('end', () => {
        resolve({ status, body, alpn: session.alpnProtocol });
        session.close();
      });
    });
  }

  test('by ALPN from clients, HTTP/1.1 to the target', async () => {
    const plain = await backend(null);
    const { port, records } = await proxy(plain.port, ending);
    const { status, body, alpn } = await ask(port);
    expect({ status, alpn }).toEqual({ status: 200, alpn: 'h2' });
    expect(headersIn({ status, body, subject: '' })['x-forwarded-proto']).toBe('https');
    await waitUntil(() => records.after(0)[0]?.tls?.alpn === 'h2');
  });

  test('switched off, it is not offered', async () => {
    const plain = await backend(null);
    const { port } = await proxy(plain.port, { ...ending, http2: { enabled: false } });
    await expect(ask(port)).rejects.toThrow();
    expect((await get(port, '/')).status).toBe(200);
  });

  test('to targets by ALPN, verified; one that cannot is a failed handshake', async () => {
    const target = await h2Target();
    const both = { ...ending, targetTls: { on: true, verify: true }, pool: { protocol: 'http2' } } as const;
    const { port, records } = await proxy(target, both);
    expect(await get(port, '/')).toMatchObject({ status: 200, body: 'over h2' });
    expect(records.after(0)[0]?.targetTls).toMatchObject({ alpn: 'h2', trusted: true });
    const one = await backend({});
    const wrong = await proxy(one.port, both);
    expect((await get(wrong.port, '/')).status).toBe(502);
    expect(wrong.proxy.own).toEqual({ tls: 1 });
  });
});
