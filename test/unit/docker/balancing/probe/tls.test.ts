import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { probeTarget } from '../../../../../docker/balancing/probe/probes.ts';
import { healthCheckSchema } from '../../../../../docker/protocol/health-check.ts';
import { personaNamed } from '../../../../../docker/protocol/personas/personas.ts';
import { flaws } from '../../../../../docker/protocol/tls.ts';
import { startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';
import { certificates, identityOf } from '../../../../support/certificates.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function backend(tls: object = {}): Promise<TestBackend> {
  const started = await startTestBackend({
    identity: await identityOf('site'),
    settings: { tls: { on: true, ...tls } },
  });
  cleanups.push(() => started.stop());
  return started;
}

async function probe(port: number, check: z.input<typeof healthCheckSchema>) {
  const { authority } = await certificates();
  const settings = healthCheckSchema.parse({ timeoutMs: 5_000, ...check });
  const target = { address: '127.0.0.1', port, listener: '10.0.0.9:443', authority };
  return probeTarget(target, settings, new AbortController().signal);
}

const careful = { verifyCertificate: true, serverName: 'app.lab' } as const;

describe('checks over TLS', () => {
  it('a handshake is L6OK, an answer over it L7OK, a wrong status L7STS', async () => {
    const one = await backend();
    expect(await probe(one.port, { protocol: 'tls' })).toMatchObject({ code: 'L6OK', detail: 'TLSv1.3' });
    expect(await probe(one.port, { protocol: 'https', path: '/healthz' })).toMatchObject({ code: 'L7OK' });
    await one.fault('always-status', { status: 500 });
    expect(await probe(one.port, { protocol: 'https' })).toMatchObject({ code: 'L7STS', detail: 'HTTP 500' });
    expect(await probe(one.port, { protocol: 'tls' })).toMatchObject({ code: 'L6OK' });
  });

  it.each(flaws)('a certificate that is %s passes who does not verify, and fails who does', async (flaw) => {
    const one = await backend();
    expect(await probe(one.port, { protocol: 'https', ...careful })).toMatchObject({ code: 'L7OK' });
    await one.fault('wrong-certificate', { flaw });
    for (const protocol of ['tls', 'https'] as const) {
      expect(await probe(one.port, { protocol })).toMatchObject({ ok: true });
      const refused = await probe(one.port, { protocol, ...careful });
      expect(refused).toMatchObject({ ok: false, code: 'L6RSP' });
      expect(refused?.detail).toMatch(/^the certificate /);
    }
  });

  it('a target that speaks no TLS is L6RSP, one that says nothing L6TOUT, a closed port L4CON', async () => {
    const plain = await startTestBackend();
    cleanups.push(() => plain.stop());
    expect(await probe(plain.port, { protocol: 'https' })).toMatchObject({
      code: 'L6RSP',
      detail: expect.stringMatching(/^the other side does not speak TLS/) as string,
    });
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    expect(await probe(port, { protocol: 'tls', timeoutMs: 300 })).toMatchObject({ code: 'L6TOUT' });
    await new Promise((resolve) => silent.close(resolve));
    expect(await probe(port, { protocol: 'tls' })).toMatchObject({ code: 'L4CON' });
  });

  it("NLB's HTTPS check fails against a target that speaks TLS 1.3 only; HAProxy's does not", async () => {
    const { port } = await backend({ versions: '1.3' });
    const preset = (name: string) => {
      const persona = personaNamed(name);
      const check = persona?.l4?.healthCheck ?? persona?.l7?.healthCheck;
      return { ...check, protocol: 'https', path: '/', timeoutMs: 5_000 } as const;
    };
    expect(await probe(port, preset('nlb'))).toMatchObject({ ok: false, code: 'L6RSP' });
    expect(await probe(port, { ...preset('haproxy'), successCodes: '200' })).toMatchObject({ ok: true });
  });
});
