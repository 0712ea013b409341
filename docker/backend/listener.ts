import * as net from 'node:net';
import type { Socket } from 'node:net';
import { backlog } from '../lib/open-port.ts';

/** The listening port, which can be closed and opened again while connections that exist go on. */
export interface Listener {
  /** Opens it for the first time; rejects when the port cannot be had. */
  open(): Promise<void>;
  /** Closed while anyone holds it closed; returns how to let go. */
  hold(): () => void;
  close(): void;
}

export function createListener(
  at: { readonly address: string; readonly port: number },
  onConnection: (socket: Socket) => void,
  onProblem: (text: string) => void,
): Listener {
  let server: net.Server | null = null;
  let holds = 0;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // Half-open, so that a client that has finished sending still gets its answer (node:http does the rest).
      const next = net.createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
      server = next;
      next.once('error', reject);
      next.listen({ host: at.address, port: at.port, backlog }, resolve);
    });
  const stop = () => {
    clearTimeout(retry);
    server?.close();
    server = null;
  };
  // Something else may have taken the port meanwhile: say so and try on.
  const reopen = () => {
    if (closed || holds > 0) return;
    start().catch((error: unknown) => {
      onProblem(`port ${at.port} cannot be opened again: ${(error as Error).message}`);
      retry = setTimeout(reopen, 500);
    });
  };

  return {
    open: start,
    hold() {
      holds += 1;
      if (holds === 1) stop();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holds -= 1;
        if (holds === 0) reopen();
      };
    },
    close() {
      closed = true;
      stop();
    },
  };
}
