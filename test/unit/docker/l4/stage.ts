import type { Socket } from 'node:net';
import { afterEach } from 'vitest';
import { forwarderTo, rawBackend, rawClient } from './rig.ts';

/** Backends, forwarders and clients of one test file, gone after each test. */
export function stage() {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  return {
    async backend(onSocket: (socket: Socket) => void = echo, port?: number) {
      const made = await rawBackend(onSocket, port);
      cleanups.push(made.close);
      return made;
    },
    async forwarder(...args: Parameters<typeof forwarderTo>) {
      const made = await forwarderTo(...args);
      cleanups.push(made.close);
      return made;
    },
    async client(port: number, from?: string) {
      const made = await rawClient(port, from);
      cleanups.push(() => Promise.resolve(made.socket.destroy()));
      return made;
    },
  };
}

export const echo = (socket: Socket): void => void socket.on('data', (chunk) => socket.write(chunk));

/** Keeps what it hears; says nothing. */
export function listener() {
  const heard: Buffer[] = [];
  return {
    bytes: () => Buffer.concat(heard),
    onSocket: (socket: Socket): void => void socket.on('data', (chunk: Buffer) => heard.push(chunk)),
  };
}
