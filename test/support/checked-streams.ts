import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * client --length, random bytes--> whatever is tested --> echo
 *        <--the same bytes, FIN---
 *
 * Both ends of a stream that must arrive whole: the client compares a checksum of what it sent with one of what came back.
 * Mostly the echo closes first: a port that a client binds and closes first is not to be had again for a minute, and Linux
 * searches ever longer for one that is free.
 */
export interface Echo {
  readonly address: string;
  readonly port: number;
  /** Whether it accepts at its other port, where it is asked how it is; the streams themselves never notice. */
  well(yes: boolean): Promise<void>;
  readonly open: number;
  end(): Promise<void>;
}

export async function startEcho(address: string, checkPort: number): Promise<Echo> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    sayBack(socket);
  };
  const server = await listen(address, 0, serve);
  const { port } = server.address() as AddressInfo;
  const answer = (socket: Socket) => void socket.on('error', () => undefined).end();
  let check: Server | null = await listen(address, checkPort, answer);
  return {
    address,
    port,
    // Not the port of the streams: a kernel resets what has connected there and was not accepted yet.
    async well(yes) {
      if (yes) check ??= await listen(address, checkPort, answer);
      else {
        check?.close();
        check = null;
      }
    },
    get open() {
      return sockets.size;
    },
    end() {
      server.close();
      check?.close();
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  };
}

/** Ends with the last byte that was announced, or when the other end does. */
function sayBack(socket: Socket): void {
  let head = Buffer.alloc(0);
  let seen = 0;
  socket.on('data', (chunk: Buffer) => {
    if (head.length < 4) head = Buffer.concat([head, chunk.subarray(0, 4)]);
    seen += chunk.length;
    if (!socket.write(chunk)) socket.pause();
    if (head.length >= 4 && seen >= head.readUInt32BE(0)) socket.end();
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => socket.end());
}

async function listen(address: string, port: number, serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, backlog: 4096 }, resolve);
  });
  return server;
}

export interface StreamPlan {
  readonly source: string;
  readonly to: { readonly address: string; readonly port: number };
  readonly payload: Buffer;
  readonly digest: string;
  /** The client sends its FIN with the last byte, and hears the rest half-closed. */
  readonly closesFirst: boolean;
  readonly withinMs: number;
}

/** So many bytes, of which the first four say how many. */
export function announced(bytes: number): Buffer {
  const payload = randomBytes(Math.max(4, bytes));
  payload.writeUInt32BE(payload.length);
  return payload;
}

/** Null where every byte came back, and otherwise what happened instead. */
export function sendStream({
  source,
  to,
  payload,
  digest,
  closesFirst,
  withinMs,
}: StreamPlan): Promise<string | null> {
  return new Promise((resolve) => {
    const hash = createHash('sha1');
    let received = 0;
    const socket = connect({
      host: to.address,
      port: to.port,
      localAddress: source,
      allowHalfOpen: true,
      noDelay: true,
    });
    const done = (problem: string | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem === null ? null : `${problem} after ${received} of ${payload.length} bytes`);
    };
    const timer = setTimeout(() => done(`not over within ${withinMs} ms`), withinMs);
    socket.on('data', (chunk) => {
      received += chunk.length;
      hash.update(chunk);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    socket.on('end', () => done(hash.digest('hex') === digest ? null : 'other bytes'));
    if (closesFirst) socket.end(payload);
    else socket.write(payload);
  });
}

export function digestOf(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}
