import { writeFileSync } from 'node:fs';
import { pgbouncerConfigSchema, pgbouncerSettingsSchema } from '../../protocol/peers/stores.ts';
import type { PgbouncerConfig, PgbouncerSettings } from '../../protocol/peers/stores.ts';
import { startSystem } from '../system.ts';
import { openPostgresLine, reopening } from './postgres-wire.ts';
import { storeRole } from './store.ts';

const configFile = '/tmp/pgbouncer.ini';
const socketFolder = '/tmp';

/** PgBouncer before a PostgreSQL. What it counts is read from its console, the database "pgbouncer". */
export const pgbouncerRole = storeRole({
  role: 'pgbouncer',
  schema: pgbouncerConfigSchema,
  settings: pgbouncerSettingsSchema,
  start({ listen, settings }) {
    writeFileSync(configFile, pgbouncerIni(listen, settings));
    const system = startSystem('/usr/sbin/pgbouncer', [configFile]);
    const line = reopening(() =>
      openPostgresLine(`${socketFolder}/.s.PGSQL.${listen.port}`, 'postgres', 'pgbouncer'),
    );
    return {
      system,
      endSignal: 'SIGTERM',
      async ask() {
        const [pools, totals] = [await line.query('SHOW POOLS'), await line.query('SHOW STATS')];
        return figuresOf(pools, totals);
      },
      apply(next) {
        writeFileSync(configFile, pgbouncerIni(listen, next));
        system.signal('SIGHUP');
      },
      close: () => line.close(),
    };
  },
});

/**
 * Pure: the settings in PgBouncer's own language. Its database may start after it, and after one refused login it would
 * try no other for server_login_retry, 15 s by default: in a lab that looks like a fault.
 */
export function pgbouncerIni(listen: PgbouncerConfig['listen'], settings: PgbouncerSettings): string {
  const { target } = settings;
  return `[databases]
* = host=${target.address} port=${target.port} user=postgres

[pgbouncer]
listen_addr = ${listen.address}
listen_port = ${listen.port}
unix_socket_dir = ${socketFolder}
auth_type = any
pool_mode = ${settings.poolMode}
default_pool_size = ${settings.poolSize}
max_client_conn = ${settings.maxClients}
ignore_startup_parameters = extra_float_digits,search_path
server_login_retry = 1
`;
}

type Rows = readonly Readonly<Record<string, string>>[];

/** The console is a pool of its own, and is left out. */
export function figuresOf(pools: Rows, totals: Rows): Record<string, number> {
  const sum = (rows: Rows, ...columns: readonly string[]) =>
    rows
      .filter(({ database }) => database !== 'pgbouncer')
      .reduce((all, row) => all + columns.reduce((one, name) => one + Number(row[name] ?? 0), 0), 0);
  return {
    clients: sum(pools, 'cl_active', 'cl_waiting'),
    waiting: sum(pools, 'cl_waiting'),
    servers: sum(pools, 'sv_active', 'sv_idle', 'sv_used', 'sv_tested', 'sv_login'),
    serversActive: sum(pools, 'sv_active'),
    transactions: sum(totals, 'total_xact_count'),
    queries: sum(totals, 'total_query_count'),
  };
}
