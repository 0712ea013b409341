import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { waitUntil } from '../../../../support/wait.ts';

export interface Wire {
  readonly socket: Socket;
  /** All that came so far. */
  readonly text: string;
  readonly closed: boolean;
  send(text: string): void;
  /** Waits for this to have come. */
  until(wanted: RegExp): Promise<string>;
  end(): Promise<string>;
}

/** A bare connection: what a client says and hears, byte for byte. */
export function wire(port: number): Wire {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  return {
    socket,
    get text() {
      return text;
    },
    get closed() {
      return socket.closed;
    },
    send: (more) => void socket.write(more, 'latin1'),
    async until(wanted) {
      await waitUntil(() => wanted.test(text));
      return text;
    },
    async end() {
      await waitUntil(() => socket.closed);
      return text;
    },
  };
}
