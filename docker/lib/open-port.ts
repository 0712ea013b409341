import type { AddressInfo, Server } from 'node:net';
import type { Listen } from '../protocol/common.ts';

/** Connections that may wait to be accepted: a burst waits. The kernel caps it at net.core.somaxconn (4096 since 5.4). */
export const backlog = 4096;

/** Opens the port; the one that it got, where 0 was asked for. Rejects when it cannot be had. */
export function openPort(server: Server, { address, port, reusePort = false }: Listen): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, backlog, reusePort }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
