import type { ClientSettings } from '../protocol/client.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import type { PlannedRequest, Wire } from './exchange.ts';
import type { Secure } from './tls.ts';
import { createUserIdle } from './user-idle.ts';
import type { UserIdle } from './user-idle.ts';

/**
 * request --> the user's idle connection, else a new one
 *
 * new: a request is exactly one connection, closed by the client after the answer.
 * kept: one connection per user. A user with a request in flight opens another rather than wait for it: the load is
 * open-loop, and waiting would hide the wait. What is idle beyond the first closes after a second.
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
  secure: Secure | null,
  isBusy: (connection: Connection) => boolean = () => false,
): KeptConnections {
  const { address, port, tcpKeepAliveMs } = settings();
  const idle = new Map<number, UserIdle>();
  const live = new Set<Connection>();
  let retired = false;

  const close = (connection: Connection) => {
    live.delete(connection);
    connection.destroy();
  };

  const keep = (connection: Connection, user: number) => {
    if (isBusy(connection)) return true;
    const { connections, users } = settings();
    if (retired || connections === 'new' || user >= users) return false;
    let resting = idle.get(user);
    if (resting === undefined) idle.set(user, (resting = createUserIdle(close)));
    resting.add(connection);
    return true;
  };

  const open = (user: number, source: string | undefined) => {
    const connection = openConnection(
      {
        address,
        port,
        source,
        tcpKeepAliveMs,
        secure: secure === null ? null : (raw, hooks) => secure.over(raw, address, user, hooks),
        keep: (self) => keep(self, user),
        lost(self) {
          live.delete(self);
          idle.get(user)?.remove(self);
        },
      },
      wire,
    );
    live.add(connection);
    return connection;
  };

  const takeIdle = (user: number): Connection | undefined => {
    const resting = idle.get(user);
    for (let found = resting?.take(); found !== undefined; found = resting?.take()) {
      if (!found.stale) return found;
      close(found);
    }
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
      for (const resting of idle.values()) resting.clear();
      idle.clear();
    },
    destroy() {
      retired = true;
      for (const resting of idle.values()) resting.clear();
      for (const connection of live) connection.destroy();
      live.clear();
    },
  };
}
