import * as grpc from '@grpc/grpc-js';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';
import { waitUntil } from '../../../support/wait.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend({ settings: { http2: true, maxConnections: 3 } });
});
afterEach(() => backend.stop());

const message = (socket: WebSocket) =>
  new Promise<string>((resolve) =>
    socket.once('message', (data: Buffer, binary: boolean) =>
      resolve(`${binary ? 'binary' : 'text'} ${data.toString()}`),
    ),
  );

describe('a backend over other protocols', () => {
  it('echoes WebSocket messages, answers pings, and says goodbye', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${backend.port}/`, {
      headers: { 'x-blindspot-client': 'c' },
    });
    await new Promise((resolve) => socket.once('open', resolve));
    let heard = message(socket);
    socket.send('one');
    expect(await heard).toBe('text one');
    heard = message(socket);
    const long = 'l'.repeat(70_000);
    socket.send(Buffer.from(long), { binary: true });
    expect(await heard).toBe(`binary ${long}`);
    const pong = new Promise((resolve) => socket.once('pong', (data: Buffer) => resolve(data.toString())));
    socket.ping('still there?');
    expect(await pong).toBe('still there?');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(1000);
    expect(await closed).toBe(1000);
    expect(backend.stats().requests.c).toMatchObject({ received: 2, answered: 2, byStatus: { 101: 2 } });
  });

  it('ends a WebSocket whose frames are not masked', async () => {
    const socket = connect(backend.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.write(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await waitUntil(() => text.includes('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='));
    socket.write(Buffer.from([0x81, 1, 0x61]));
    await waitUntil(() => socket.closed || text.endsWith('\x88\x02\x03\xea'));
    socket.destroy();
  });

  it('takes another Upgrade for an ordinary request', async () => {
    const answer = await backend.get('/', { headers: { connection: 'Upgrade', upgrade: 'h2c' } });
    expect(answer.status).toBe(200);
  });

  it('answers gRPC calls, and sends an old connection away', async () => {
    const pass = (value: Buffer) => value;
    const client = new grpc.Client(`127.0.0.1:${backend.port}`, grpc.credentials.createInsecure());
    const call = (path: string) =>
      new Promise<string>((resolve) =>
        client.makeUnaryRequest(path, pass, pass, Buffer.alloc(0), (error, value) =>
          resolve(error === null ? `ok ${value?.toString('hex') ?? ''}` : String(error.code)),
        ),
      );
    expect(await call('/grpc.health.v1.Health/Check')).toBe('ok 0801');
    // Field 1, two bytes: its own name, "b1".
    expect(await call('/lab.Any/Call')).toBe('ok 0a026231');
    expect(backend.stats().connections.accepted).toBe(1);
    await backend.admin('PATCH', '/settings', { http2MaxAgeMs: 50 });
    client.close();
    const other = new grpc.Client(`127.0.0.1:${backend.port}`, grpc.credentials.createInsecure());
    await waitUntil(async () => {
      await new Promise<void>((resolve) =>
        other.makeUnaryRequest('/a.B/C', pass, pass, Buffer.alloc(0), () => resolve()),
      );
      return backend.stats().connections.accepted >= 3;
    });
    other.close();
  });

  it('accepts so many connections and resets the next', async () => {
    const sockets = [1, 2, 3].map(() => connect(backend.port, '127.0.0.1'));
    await waitUntil(() => backend.stats().connections.open === 3);
    const one = connect(backend.port, '127.0.0.1');
    let error = '';
    one.on('error', (problem: NodeJS.ErrnoException) => (error = problem.code ?? ''));
    await waitUntil(() => error === 'ECONNRESET');
    for (const socket of sockets) socket.destroy();
  });
});
