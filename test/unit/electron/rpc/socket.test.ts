import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { textChannel } from '../../../../electron/rpc/wire.ts';
import { startServer } from '../../../../electron/server/server.ts';
import { cookieOf } from '../../../support/browser-visit.ts';
import { conforms } from './conformance.ts';

conforms('WebSocket', async (host) => {
  const assets = await mkdtemp(join(tmpdir(), 'bs-assets-'));
  const server = await startServer({ host, assets, port: 0 });
  const cookie = await cookieOf(server.link());
  const origin = `http://127.0.0.1:${server.port}`;
  const closings: Promise<unknown>[] = [];

  const connect = async (): Promise<{ socket: WebSocket; text: ReturnType<typeof textChannel> }> => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/channel`, { headers: { cookie, origin } });
    const text = textChannel({ send: (wire) => socket.send(wire), close: () => socket.close() });
    socket.on('message', (data: Buffer) => text.receive(data.toString('utf8')));
    socket.on('close', text.closed);
    closings.push(once(socket, 'close'));
    await once(socket, 'open');
    return { socket, text };
  };
  return {
    connect: async () => (await connect()).text.channel,
    connectRaw: async () => {
      const { socket, text } = await connect();
      return { channel: text.channel, send: (wire) => socket.send(String(wire)) };
    },
    drop: () => void server.close(),
    stop: async () => {
      await server.close();
      await Promise.all(closings);
      await rm(assets, { recursive: true });
    },
  };
});
