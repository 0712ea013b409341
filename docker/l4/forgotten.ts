import type { Socket } from 'node:net';

/** Sockets kept only to answer their next packet; beyond this the oldest are closed to bound memory. */
const most = 10_000;

/**
 * Flows that the balancer no longer knows. Nothing is sent to either end when a flow is forgotten; whichever end speaks
 * next, with data or FIN, is answered with RST, each end on its own, as AWS NLB does (lb-spec 1.2).
 */
export interface Forgotten {
  readonly size: number;
  add(socket: Socket): void;
  clear(): void;
}

export function createForgotten(capacity = most): Forgotten {
  const sockets = new Set<Socket>();
  return {
    get size() {
      return sockets.size;
    },
    add(socket) {
      const answer = () => socket.resetAndDestroy();
      if (socket.destroyed) return;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('data', answer);
      socket.on('end', answer);
      // It may have been paused for backpressure; a forgotten socket listens.
      socket.resume();
      for (const oldest of sockets) {
        if (sockets.size <= capacity) break;
        sockets.delete(oldest);
        oldest.destroy();
      }
    },
    clear() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}
