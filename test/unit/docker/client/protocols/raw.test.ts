import { createSocket } from 'node:dgram';
import * as http from 'node:http';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClientSettings } from '../../../../../docker/protocol/client.ts';
import { answer, closedPort, startServer, startTestClient } from '../rig.ts';
import { waitUntil } from '../../../../support/wait.ts';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

function loading(port: number, settings: Partial<ClientSettings>) {
  const client = startTestClient(port, settings);
  toClose.push(() => client.stop());
  return client;
}

describe('tcp', () => {
  async function listening(serve: (socket: net.Socket) => void) {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    toClose.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, sockets };
  }

  test('an echo, over kept connections', async () => {
    const server = await listening((socket) => socket.pipe(socket));
    const client = loading(server.port, {
      protocol: 'tcp',
      total: 40,
      users: 2,
      connections: 'kept',
      bodyBytes: 5000,
      rate: 200,
    });
    const stats = await client.quiet();
    expect(stats).toMatchObject({ answered: 40, byStatus: { echo: 40 } });
    expect(stats.connections.opened + stats.connections.reused).toBe(40);
    await waitUntil(() => client.stats().connections.open === 2);
    expect(stats.bytes.sent).toBe(stats.bytes.received);
  });

  test('bytes that are no echo, and silence', async () => {
    const banner = await listening((socket) => socket.write('220 ready\r\n'));
    const client = loading(banner.port, { protocol: 'tcp', total: 1 });
    expect(await client.quiet()).toMatchObject({ byStatus: { bytes: 1 } });
    const silent = await listening((socket) => socket.resume());
    const other = loading(silent.port, { protocol: 'tcp', total: 1, firstByteTimeoutMs: 100 });
    expect(await other.quiet()).toMatchObject({ byFailure: { 'first-byte-timeout': 1 } });
  });
});

describe('udp', () => {
  async function bound(serve: (reply: (text: string) => void, text: string) => void) {
    const socket = createSocket('udp4');
    const ports = new Set<number>();
    socket.on('message', (bytes, from) => {
      ports.add(from.port);
      serve((text) => socket.send(text, from.port, from.address), bytes.toString());
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    toClose.push(() => socket.close());
    return { port: socket.address().port, ports };
  }

  test('each datagram has its reply, one flow per request', async () => {
    const server = await bound((reply, text) => reply(text));
    const client = loading(server.port, { protocol: 'udp', total: 30 });
    expect(await client.quiet()).toMatchObject({
      answered: 30,
      byStatus: { echo: 30 },
      connections: { opened: 30 },
    });
    await waitUntil(() => client.stats().connections.open === 0);
    expect(server.ports.size).toBe(30);
  });

  test('kept: one flow per user, replies told apart by their id', async () => {
    const waiting: (() => void)[] = [];
    // Answered in pairs and in the wrong order.
    const server = await bound((reply, text) => {
      waiting.unshift(() => reply(text));
      if (waiting.length === 2) for (const send of waiting.splice(0)) send();
    });
    const client = loading(server.port, { protocol: 'udp', total: 30, users: 1, connections: 'kept' });
    expect(await client.quiet()).toMatchObject({
      byStatus: { echo: 30 },
      connections: { opened: 1, reused: 29, open: 1 },
    });
    expect(server.ports.size).toBe(1);
  });

  test('no reply is a timeout, no listener is refused', async () => {
    const silent = await bound(() => undefined);
    const client = loading(silent.port, { protocol: 'udp', total: 3, firstByteTimeoutMs: 100 });
    expect(await client.quiet()).toMatchObject({ byFailure: { 'first-byte-timeout': 3 } });
    const other = loading(await closedPort(), { protocol: 'udp', total: 3 });
    expect(await other.quiet()).toMatchObject({ byFailure: { refused: 3 } });
  });
});

describe('websocket', () => {
  async function switching(onMessage: (socket: WebSocket, text: string) => void) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => onMessage(socket, data.toString())),
    );
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    toClose.push(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  for (const bodyBytes of [0, 200, 70_000]) {
    test(`an echo of ${bodyBytes} bytes and a little, over kept connections`, async () => {
      const port = await switching((socket, text) => socket.send(text));
      const client = loading(port, {
        protocol: 'websocket',
        total: 30,
        users: 2,
        connections: 'kept',
        bodyBytes,
        rate: 200,
      });
      const stats = await client.quiet();
      expect(stats).toMatchObject({ answered: 30, byStatus: { echo: 30 } });
      expect(stats.connections.opened + stats.connections.reused).toBe(30);
      await waitUntil(() => client.stats().connections.open === 2);
    });
  }

  test('new: a handshake per request', async () => {
    const port = await switching((socket, text) => socket.send(text));
    const client = loading(port, { protocol: 'websocket', total: 10 });
    expect(await client.quiet()).toMatchObject({
      byStatus: { echo: 10 },
      connections: { opened: 10, reused: 0 },
    });
    await waitUntil(() => client.stats().connections.open === 0);
  });

  test('pings, fragments and other messages', async () => {
    const port = await switching((socket, text) => {
      socket.ping();
      socket.send(text.slice(0, 5), { fin: false });
      socket.send(text.slice(5), { fin: true });
    });
    const client = loading(port, { protocol: 'websocket', total: 2 });
    expect(await client.quiet()).toMatchObject({ byStatus: { echo: 2 } });
    const rude = await switching((socket) => socket.send('go away'));
    expect(await loading(rude, { protocol: 'websocket', total: 1 }).quiet()).toMatchObject({
      byStatus: { message: 1 },
    });
    const leaving = await switching((socket) => socket.close());
    expect(await loading(leaving, { protocol: 'websocket', total: 1 }).quiet()).toMatchObject({
      byFailure: { 'bad-response': 1 },
    });
  });

  test('a server that does not switch: its status, or bad-response with the reason', async () => {
    const refusing = await startServer((socket) => socket.write(answer(503)));
    toClose.push(() => refusing.close());
    expect(await loading(refusing.port, { protocol: 'websocket', total: 1 }).quiet()).toMatchObject({
      byStatus: { 503: 1 },
    });
    const plain = http.createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    toClose.push(() => plain.close());
    const client = loading((plain.address() as AddressInfo).port, { protocol: 'websocket', total: 1 });
    expect(await client.quiet()).toMatchObject({ byFailure: { 'bad-response': 1 } });
    expect(client.notes().join()).toContain('did not switch');
  });
});
