import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { writeProxyV1 } from '../../../../docker/wire/proxy-v1.ts';
import { localProxyV2, writeProxyV2 } from '../../../../docker/wire/proxy-v2.ts';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';
import { identityOf } from '../../../support/certificates.ts';
import { waitUntil } from '../../../support/wait.ts';

const source = { address: '203.0.113.9', port: 40_001 };
const destination = { address: '198.51.100.1', port: 443 };
const whoami = 'GET /whoami HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n';

let backend: TestBackend | null = null;
afterEach(async () => {
  await backend?.stop();
  backend = null;
});

async function required(more: object = {}): Promise<TestBackend> {
  backend = await startTestBackend({ settings: { proxyProtocol: 'required' }, ...more });
  return backend;
}

/** What came back until the backend closed. */
async function say(port: number, ...pieces: readonly (Buffer | string)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let closed = false;
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => (closed = true));
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await waitUntil(() => closed);
  return text;
}

const bodyOf = (answer: string) =>
  JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { proxy: unknown };

describe('a backend that requires the PROXY protocol', () => {
  it('shows what the header said, and the socket’s own address beside it', async () => {
    const { port } = await required();
    const tlvs = [{ type: 2, value: Buffer.from('shop.example') }];
    const head = writeProxyV2(source, destination, { tlvs });
    const body = bodyOf(await say(port, Buffer.concat([head, Buffer.from(whoami)])));
    expect(body).toMatchObject({
      source: expect.stringMatching(/^127\.0\.0\.1:/) as string,
      proxy: {
        version: 2,
        command: 'PROXY',
        source: '203.0.113.9:40001',
        destination: '198.51.100.1:443',
        tlvs: [{ type: '0x02', value: 'shop.example' }],
      },
    });
  });

  it('reads it in pieces, with the request in a piece of its own', async () => {
    const { port } = await required();
    const head = writeProxyV1(source, destination).toString();
    const answer = await say(port, head.slice(0, 9), head.slice(9), whoami.slice(0, 7), whoami.slice(7));
    expect(bodyOf(answer).proxy).toMatchObject({ version: 1, source: '203.0.113.9:40001' });
  });

  it('takes a check’s LOCAL for what it is', async () => {
    const { port } = await required();
    expect(bodyOf(await say(port, localProxyV2, whoami)).proxy).toMatchObject({
      command: 'LOCAL',
      source: null,
    });
  });

  it('closes without a word on whoever brings none', async () => {
    const { port } = await required();
    expect(await say(port, whoami)).toBe('');
  });

  it('reads it before TLS, where it speaks TLS', async () => {
    const { port } = await required({
      identity: await identityOf('site'),
      settings: { proxyProtocol: 'required', tls: { on: true } },
    });
    for (const together of [true, false]) {
      const raw = connect(port, '127.0.0.1');
      raw.write(writeProxyV2(source, destination));
      if (!together) await new Promise((resolve) => setTimeout(resolve, 50));
      const secure = tlsConnect({ socket: raw, rejectUnauthorized: false });
      let text = '';
      secure.on('error', () => undefined);
      secure.on('data', (chunk: Buffer) => (text += chunk.toString()));
      secure.write(whoami);
      await waitUntil(() => text.includes('"proxy":{"version":2'));
      secure.destroy();
    }
  });
});

describe('a backend that was not told of it', () => {
  it.each([
    ['v1', writeProxyV1(source, destination)],
    ['v2', writeProxyV2(source, destination)],
  ])('%s is not HTTP: 400', async (_, head) => {
    backend = await startTestBackend();
    expect(await say(backend.port, Buffer.concat([head, Buffer.from(whoami)]))).toMatch(/^HTTP\/1.1 400 /);
    expect(backend.stats().others).toMatchObject({ byStatus: { 400: 1 } });
  });
});
