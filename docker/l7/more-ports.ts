//  clients --> [own port | port 443 with TLS | port 80] --> the same front
import type { Server } from 'node:net';
import { AdminProblem } from '../lib/admin-problem.ts';
import { openPort } from '../lib/open-port.ts';
import type { MorePort } from '../protocol/l7/ports.ts';

/** Ports beside the proxy's own, opened and closed while it runs. */
export interface MorePorts {
  /** Where to open them. */
  at(address: string): void;
  /** Opens those that are not open yet; where one cannot be had, it says which, and none is open that was not before. */
  open(wanted: readonly MorePort[]): Promise<void>;
  /** Lets nobody new in on the others; who is connected there stays. */
  keep(wanted: readonly MorePort[]): void;
  close(): Promise<void>;
}

interface Opened {
  readonly server: Server;
  tls: boolean;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody else listens there',
  EACCES: 'this program may not listen on ports that low',
};

export function createMorePorts(serverOn: (secured: () => boolean) => Server): MorePorts {
  const ports = new Map<number, Opened>();
  let address = '127.0.0.1';

  const openOne = async ({ port, tls }: MorePort) => {
    const one: Opened = { tls, server: serverOn(() => one.tls) };
    try {
      await openPort(one.server, { address, port });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      const why = `port ${port} cannot be opened: ${reasons[code] ?? (code || String(error))}`;
      throw new AdminProblem('bad-request', why, 'ports');
    }
    ports.set(port, one);
  };

  const shut = (port: number) => {
    const one = ports.get(port);
    ports.delete(port);
    return new Promise<void>((resolve) => {
      if (one === undefined) resolve();
      else one.server.close(() => resolve());
    });
  };

  return {
    at: (own) => void (address = own),
    async open(wanted) {
      const opened: number[] = [];
      try {
        for (const one of wanted) {
          if (ports.has(one.port)) continue;
          await openOne(one);
          opened.push(one.port);
        }
      } catch (error) {
        for (const port of opened) void shut(port);
        throw error;
      }
    },
    keep(wanted) {
      const tlsOf = new Map(wanted.map(({ port, tls }) => [port, tls]));
      for (const [port, one] of [...ports]) {
        const tls = tlsOf.get(port);
        if (tls === undefined) void shut(port);
        else one.tls = tls;
      }
    },
    async close() {
      await Promise.all([...ports.keys()].map(shut));
    },
  };
}
