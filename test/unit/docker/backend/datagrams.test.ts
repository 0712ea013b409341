import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';
import { waitUntil } from '../../../support/wait.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend();
});
afterEach(() => backend.stop());

it('answers datagrams when switched on, signed, and counts them by client', async () => {
  await backend.admin('PATCH', '/settings', { udp: true });
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  let sent = 0;
  await waitUntil(
    () => {
      if (heard.length === 0) socket.send('id-1 u1 #client-1 xxx', backend.port, '127.0.0.1');
      sent += heard.length === 0 ? 1 : 0;
      return heard.length > 0;
    },
    15_000,
    'a reply',
  );
  expect(heard[0]).toBe('id-1 @b1');
  const stats = backend.stats();
  expect(stats.requests['client-1']?.answered).toBeGreaterThanOrEqual(1);
  expect(stats.requests['client-1']?.answered).toBeLessThanOrEqual(sent);
  expect(stats.connections).toMatchObject({ accepted: 1, carrying: 1 });
  await backend.admin('PATCH', '/settings', { udp: false });
  heard.length = 0;
  socket.connect(backend.port, '127.0.0.1');
  const refused = new Promise((resolve) => socket.on('error', resolve));
  socket.on('connect', () => socket.send('id-2 u1'));
  expect(await refused).toMatchObject({ code: 'ECONNREFUSED' });
  socket.close();
});
