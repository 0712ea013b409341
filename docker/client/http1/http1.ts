import type { ClientSettings } from '../../protocol/client.ts';
import type { Transport, Wire } from '../exchange.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { createRequestWriter } from './request-writer.ts';
import type { RequestWriter } from './request-writer.ts';

/**
 * request --> the user's idle connection, else a new one --> server
 *
 * new: a request is exactly one connection, closed by the client after the answer.
 * kept: one idle connection per user at most. A user with a request in flight opens another rather than wait for it:
 * the load is open-loop, and waiting would hide the wait.
 */
export function createHttp1(settings: () => ClientSettings, wire: Wire): Transport {
  const { address, port } = settings();
  const idle = new Map<number, Connection>();
  const live = new Set<Connection>();
  let retired = false;

  let spelledFor: ClientSettings | null = null;
  let writer: RequestWriter;
  const writerFor = (now: ClientSettings) => {
    if (spelledFor !== now) {
      spelledFor = now;
      writer = createRequestWriter(now);
    }
    return writer;
  };

  const keep = (connection: Connection, user: number) => {
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

  const take = (user: number) => {
    const connection = idle.get(user);
    idle.delete(user);
    if (connection?.stale !== true) return connection;
    live.delete(connection);
    connection.destroy();
    return undefined;
  };

  return {
    send(request, done) {
      const now = settings();
      const spelled = writerFor(now);
      const connection = take(request.user) ?? open(request.user, request.source);
      connection.exchange({
        method: now.method,
        head: spelled.head(request),
        body: spelled.body,
        limits: now,
        keepBytes: 0,
        done,
      });
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
