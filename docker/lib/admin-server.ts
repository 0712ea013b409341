import { chmodSync, mkdirSync, unlinkSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import { dirname } from 'node:path';
import type { Identity } from '../protocol/admin.ts';
import { adminHandler } from './admin-handler.ts';
import type { Context, Program } from './program-types.ts';

/**
 * unix socket --first bytes--> "PRI" ? HTTP/2 by prior knowledge : HTTP/1.1 --> the same handler
 *
 * HTTP/1.1 is for a person's curl; over HTTP/2 the host runs a watch and any number of calls on one held connection.
 */
export interface AdminServer {
  close(): Promise<void>;
}

export async function startAdminServer(
  path: string,
  identity: Identity,
  program: Program,
  context: Context,
): Promise<AdminServer> {
  const handle = adminHandler(identity, program, context);
  const http1 = http.createServer(handle);
  const h2 = http2.createServer(handle);
  const sockets = new Set<net.Socket>();

  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    peek(socket, (isHttp2) => (isHttp2 ? h2 : http1).emit('connection', socket));
  });

  await listen(server, path);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // What was written (the last event of a watcher) goes out before the connection does.
      for (const socket of sockets) socket.destroySoon();
      const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), 200);
      await closed;
      clearTimeout(late);
    },
  };
}

/** RFC 9113 3.4: an HTTP/2 client's first bytes are "PRI * HTTP/2.0"; no HTTP/1.1 method begins with "PRI". */
function peek(socket: net.Socket, decide: (isHttp2: boolean) => void): void {
  const preface = 'PRI';
  let head = Buffer.alloc(0);
  const onReadable = () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    head = Buffer.concat([head, chunk]);
    const start = head.toString('latin1', 0, preface.length);
    if (start.length < preface.length && preface.startsWith(start)) return;
    socket.off('readable', onReadable);
    socket.unshift(head);
    decide(start === preface);
  };
  socket.on('readable', onReadable);
}

async function listen(server: net.Server, path: string): Promise<void> {
  // A named pipe (Windows) has no folder, no mode and nothing that could be stale.
  const isFile = !path.startsWith('\\\\.\\pipe\\');
  if (isFile) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await listenOnce(server, path);
  } catch (error) {
    if (!isFile || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (await answers(path)) throw new Error(`another program already answers on ${path}`, { cause: error });
    unlinkSync(path);
    await listenOnce(server, path);
  }
  if (isFile) chmodSync(path, 0o600);
}

function listenOnce(server: net.Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
