import * as net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { brokenFailure, connectFailure } from '../../../../docker/client/failure.ts';
import type { ClientSettings, FailureKind } from '../../../../docker/protocol/client.ts';
import { deafListener } from '../../../support/deaf-listener.ts';
import { waitUntil } from '../../../support/wait.ts';
import { answer, closedPort, startServer, startTestClient } from './rig.ts';
import type { TestClient } from './rig.ts';

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

async function outcomeOf(port: number, settings: Partial<ClientSettings> = {}): Promise<TestClient> {
  const client = startTestClient(port, { total: 1, ...settings });
  toClose.push(() => client.stop());
  await client.quiet();
  return client;
}

async function expectFailure(client: TestClient, kind: FailureKind): Promise<void> {
  const stats = await client.quiet();
  expect(stats.byFailure).toEqual({ [kind]: 1 });
  expect(stats).toMatchObject({ scheduled: 1, answered: 0, failed: 1 });
  expect(client.records()).toMatchObject([{ outcome: kind, ok: false, server: null }]);
}

async function servedBy(serve: (socket: net.Socket) => void): Promise<number> {
  const server = await startServer(serve);
  toClose.push(() => server.close());
  return server.port;
}

describe('a failure is told apart', () => {
  test('refused: nobody listens', async () => {
    const client = await outcomeOf(await closedPort());
    await expectFailure(client, 'refused');
    expect(client.stats().connections).toEqual({ opened: 0, failed: 1, open: 0, reused: 0 });
  });

  test('unreachable: no such name', async () => {
    await expectFailure(await outcomeOf(80, { address: 'nowhere.invalid' }), 'unreachable');
  });

  test('connect-timeout: the handshake is never completed', async () => {
    const deaf = await deafListener();
    toClose.push(deaf.close);
    const client = await outcomeOf(deaf.port, { connectTimeoutMs: 100 });
    await expectFailure(client, 'connect-timeout');
    // The socket closes a moment after the request was given up.
    await waitUntil(
      () => client.stats().connections.failed === 1,
      15_000,
      'the count of a failed connection',
    );
    expect(client.stats().connections.opened).toBe(0);
  });

  test('first-byte-timeout: accepted, read, never answered', async () => {
    const port = await servedBy(() => undefined);
    const client = await outcomeOf(port, { firstByteTimeoutMs: 100 });
    await expectFailure(client, 'first-byte-timeout');
    expect(client.records()[0]?.serviceMs).toBeGreaterThanOrEqual(99);
  });

  test('total-timeout: the body never ends', async () => {
    const port = await servedBy((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'));
    await expectFailure(
      await outcomeOf(port, { firstByteTimeoutMs: 5000, totalTimeoutMs: 150 }),
      'total-timeout',
    );
  });

  test('total-timeout: the whole limit is shorter than the one for the first byte', async () => {
    const port = await servedBy(() => undefined);
    await expectFailure(
      await outcomeOf(port, { firstByteTimeoutMs: 5000, totalTimeoutMs: 100 }),
      'total-timeout',
    );
  });

  test('reset: RST instead of an answer', async () => {
    await expectFailure(await outcomeOf(await servedBy((socket) => socket.resetAndDestroy())), 'reset');
  });

  test('reset: RST as soon as accepted; the connection was one, seen by both ends', async () => {
    const server = net.createServer((socket) => socket.resetAndDestroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    toClose.push(() => new Promise((resolve) => server.close(resolve)));
    const client = await outcomeOf((server.address() as net.AddressInfo).port, { total: 100 });
    expect(client.stats()).toMatchObject({
      byFailure: { reset: 100 },
      connections: { opened: 100, failed: 0, open: 0 },
    });
  });

  test('closed-early: FIN instead of an answer', async () => {
    await expectFailure(await outcomeOf(await servedBy((socket) => socket.end())), 'closed-early');
  });

  test('closed-early: FIN inside the head', async () => {
    await expectFailure(
      await outcomeOf(await servedBy((socket) => socket.end('HTTP/1.1 200 OK\r\ncon'))),
      'closed-early',
    );
  });

  test('truncated: FIN inside the body', async () => {
    const port = await servedBy((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'));
    await expectFailure(await outcomeOf(port), 'truncated');
  });

  test('truncated: FIN before the last chunk', async () => {
    const port = await servedBy((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n'),
    );
    await expectFailure(await outcomeOf(port), 'truncated');
  });

  test('truncated: RST inside the body', async () => {
    const port = await servedBy((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', () =>
        // After the client has read the head: a RST throws away what it has not read yet.
        setTimeout(() => socket.resetAndDestroy(), 100),
      ),
    );
    await expectFailure(await outcomeOf(port), 'truncated');
  });

  test('bad-response: not HTTP', async () => {
    const client = await outcomeOf(await servedBy((socket) => socket.write('220 smtp ready\r\n')));
    await expectFailure(client, 'bad-response');
    expect(client.notes().join()).toContain('not HTTP/1.1');
  });

  test('local: the source address is not this machine’s', async () => {
    const port = await servedBy((socket) => socket.write(answer()));
    await expectFailure(await outcomeOf(port, { sources: ['203.0.113.9'] }), 'local');
  });

  test('local: the source is no address at all', async () => {
    const port = await servedBy((socket) => socket.write(answer()));
    await expectFailure(await outcomeOf(port, { sources: ['not-an-address'] }), 'local');
  });

  test('no-port and others that cannot be staged here, by errno', () => {
    const error = (code: string, syscall = 'connect') => Object.assign(new Error(code), { code, syscall });
    expect(connectFailure(error('EADDRNOTAVAIL')).kind).toBe('no-port');
    expect(connectFailure(error('EADDRINUSE', 'bind')).kind).toBe('no-port');
    expect(connectFailure(error('EADDRNOTAVAIL', 'bind')).kind).toBe('local');
    expect(connectFailure(error('EHOSTUNREACH')).kind).toBe('unreachable');
    expect(connectFailure(error('ETIMEDOUT')).kind).toBe('connect-timeout');
    expect(connectFailure(error('EMFILE')).kind).toBe('local');
    expect(brokenFailure(error('EPIPE', 'write'), 'nothing').kind).toBe('reset');
  });
});

describe('an answer is an answer', () => {
  test('whatever its status', async () => {
    const client = await outcomeOf(await servedBy((socket) => socket.write(answer(503))));
    expect(await client.quiet()).toMatchObject({
      answered: 1,
      failed: 0,
      byStatus: { 503: 1 },
      byServer: { b1: { 503: 1 } },
      users: { total: 100, served: 0, hurt: 1 },
    });
  });

  test('a body without length ends with the connection', async () => {
    const client = await outcomeOf(await servedBy((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello')));
    expect(await client.quiet()).toMatchObject({ byStatus: { 200: 1 }, byServer: { unnamed: { 200: 1 } } });
  });

  test('a large body is read to its end', async () => {
    const body = 'x'.repeat(3_000_000);
    const client = await outcomeOf(await servedBy((socket) => socket.write(answer(200, body))));
    expect((await client.quiet()).bytes.received).toBeGreaterThan(3_000_000);
    expect(client.stats().byStatus).toEqual({ 200: 1 });
  });
});
