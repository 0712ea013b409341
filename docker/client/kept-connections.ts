import type { ClientSettings } from '../protocol/client.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import type { PlannedRequest, Wire } from './exchange.ts';

/**
 * request --> the user's idle connection, else a new one
 *
 * new: a request is exactly one connection, closed by the client after the answer.
 * kept: one idle connection per user at most. A user with a request in flight opens another rather than wait for it:
 * the load is open-loop, and waiting would hide the wait.
 */
export interface KeptConnections {
  /** `fresh`: it has carried nothing yet. */
  take(request: PlannedRequest): { readonly connection: Connection; readonly fresh: boolean };
  retire(): void;
  destroy(): void;
}

/** `isBusy` lets a protocol hold a connection between two exchanges of one request. */
export function createKeptConnections(
  settings: () => ClientSettings,
  wire: Wire,
  isBusy: (connection: Connection) => boolean = () => false,
): KeptConnections {
  const { address, port } = settings();
  const idle = new Map<number, Connection>();
  const live = new Set<Connection>();
  let retired = false;

  const keep = (connection: Connection, user: number) => {
    if (isBusy(connection)) return true;
    const { connections, users } = settings();
    if (retired || connections === 'new' || user >= users || idle.has(user)) {
      live.delete(connection);
      return false;
    }
    idle.set(user, connection);
    return true;
  };

  const open = (user: number, source: string | undefined) => {
    const connection = openConnection(
      {
        address,
        port,
        source,
        keep: (self) => keep(self, user),
        lost(self) {
          live.delete(self);
          if (idle.get(user) === self) idle.delete(user);
        },
      },
      wire,
    );
    live.add(connection);
    return connection;
  };

  const takeIdle = (user: number) => {
    const connection = idle.get(user);
    idle.delete(user);
    if (connection?.stale !== true) return connection;
    live.delete(connection);
    connection.destroy();
    return undefined;
  };

  return {
    take({ user, source }) {
      const kept = takeIdle(user);
      if (kept === undefined) return { connection: open(user, source), fresh: true };
      wire.reused += 1;
      return { connection: kept, fresh: false };
    },
    retire() {
      retired = true;
      for (const connection of idle.values()) {
        live.delete(connection);
        connection.destroy();
      }
      idle.clear();
    },
    destroy() {
      for (const connection of live) connection.destroy();
      live.clear();
      idle.clear();
    },
  };
}
