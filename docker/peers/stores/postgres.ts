import { cp } from 'node:fs/promises';
import { postgresConfigSchema, postgresSettingsSchema } from '../../protocol/peers/stores.ts';
import { startSystem } from '../system.ts';
import { openPostgresLine, reopening } from './postgres-wire.ts';
import { storeRole } from './store.ts';

/** Made with the image, empty; a node's data lives in its memory and dies with it. */
const template = '/opt/blindspot/postgres';
const data = '/tmp/postgres';
const socketFolder = '/tmp';
const binaries = '/usr/lib/postgresql/15/bin';

/** Sessions of clients only: neither the server's own workers nor this program. */
const figuresQuery = `SELECT count(*) AS clients,
  count(*) FILTER (WHERE state = 'active') AS active,
  count(*) FILTER (WHERE state LIKE 'idle%') AS idle,
  (SELECT sum(sessions) FROM pg_stat_database) AS sessions
  FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'blindspot'`;

/** PostgreSQL 15 of Debian 12, without a password: user postgres, database postgres. */
export const postgresRole = storeRole({
  role: 'postgres',
  schema: postgresConfigSchema,
  settings: postgresSettingsSchema,
  async start({ listen, settings }) {
    await cp(template, data, { recursive: true });
    const options = {
      listen_addresses: listen.address,
      port: listen.port,
      unix_socket_directories: socketFolder,
      // One more for this program, which holds a connection to read the server's statistics.
      max_connections: settings.maxConnections + 1,
      superuser_reserved_connections: 0,
      // What a small server in 256 MB needs; nothing here outlives the node, so nothing is flushed to a disk.
      shared_buffers: '16MB',
      max_wal_size: '8MB',
      min_wal_size: '2MB',
      fsync: 'off',
      jit: 'off',
    };
    const system = startSystem(`${binaries}/postgres`, [
      ...['-D', data],
      ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    let own = 0;
    const line = reopening(() => {
      own += 1;
      return openPostgresLine(`${socketFolder}/.s.PGSQL.${listen.port}`, 'postgres', 'postgres');
    });
    return {
      system,
      // SIGINT is its "fast" end: sessions are cut, data is whole. SIGTERM would wait for every client to leave.
      endSignal: 'SIGINT',
      async ask() {
        const [row = {}] = await line.query(figuresQuery);
        const value = (name: string) => Number(row[name] ?? 0);
        return {
          ...{ clients: value('clients'), active: value('active'), idle: value('idle') },
          sessions: Math.max(0, value('sessions') - own),
        };
      },
      refuses: (next) =>
        next.maxConnections === settings.maxConnections
          ? null
          : 'PostgreSQL reads max_connections at its start only',
      close: () => line.close(),
    };
  },
});
