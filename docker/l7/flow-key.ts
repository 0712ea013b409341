import type { Socket } from 'node:net';
import type { FlowKey } from '../balancing/algorithms/algorithm.ts';

/** The client connection that a request came over. */
export function flowOf(socket: Socket): FlowKey {
  return {
    protocol: 'tcp',
    sourceAddress: socket.remoteAddress ?? '',
    sourcePort: socket.remotePort ?? 0,
    destinationAddress: socket.localAddress ?? '',
    destinationPort: socket.localPort ?? 0,
  };
}
