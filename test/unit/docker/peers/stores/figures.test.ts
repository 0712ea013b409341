import { describe, expect, it } from 'vitest';
import { hostsOf, parseLine } from '../../../../../docker/peers/stores/dns.ts';
import { figuresOf as mqttFigures } from '../../../../../docker/peers/stores/mqtt.ts';
import { figuresOf as pgbouncerFigures, pgbouncerIni } from '../../../../../docker/peers/stores/pgbouncer.ts';
import { figuresOf as redisFigures } from '../../../../../docker/peers/stores/redis.ts';
import { dnsSettingsSchema, pgbouncerSettingsSchema } from '../../../../../docker/protocol/peers/stores.ts';

describe('a store’s own statistics', () => {
  it('Redis: INFO, without what was only asked for the figures', () => {
    const info =
      'connected_clients:4\r\ntotal_connections_received:20\r\ntotal_commands_processed:109\r\nkeyspace_hits:7\r\ndb0:keys=2,expires=0\r\ndb1:keys=1,expires=0\r\n';
    expect(redisFigures(info, 10)).toMatchObject({
      clients: 3,
      connections: 10,
      commands: 100,
      keys: 3,
      hits: 7,
    });
  });

  it('PgBouncer: its console, without the console', () => {
    const pools = [
      { database: 'postgres', cl_active: '5', cl_waiting: '2', sv_active: '3', sv_idle: '1' },
      { database: 'pgbouncer', cl_active: '1', cl_waiting: '0', sv_active: '0', sv_idle: '0' },
    ];
    const totals = [{ database: 'postgres', total_xact_count: '9', total_query_count: '12' }];
    expect(pgbouncerFigures(pools, totals)).toEqual({
      ...{ clients: 7, waiting: 2, servers: 4, serversActive: 3, transactions: 9, queries: 12 },
    });
  });

  it('Mosquitto: $SYS, without the one who reads it', () => {
    const topics = new Map([
      ['clients/connected', 3],
      ['publish/messages/received', 12],
    ]);
    expect(mqttFigures(topics)).toMatchObject({ clients: 2, received: 12, sent: 0 });
  });

  it('dnsmasq: its log, a query and its answer by one number', () => {
    expect(parseLine('dnsmasq[13]: 18 10.0.0.9/50446 query[A] shop.lab from 10.0.0.9')).toEqual({
      ...{ kind: 'query', id: '18', from: '10.0.0.9' },
    });
    expect(parseLine('dnsmasq[13]: 20 10.0.0.9/53159 config nix.lab is NXDOMAIN')?.kind).toBe('answer');
    expect(parseLine('dnsmasq[13]: started, version 2.90 cachesize 150')).toBeNull();
  });
});

describe('a store’s configuration', () => {
  it('PgBouncer: one PostgreSQL behind it, whatever database is asked for', () => {
    const settings = pgbouncerSettingsSchema.parse({
      ...{ poolMode: 'transaction', poolSize: 5, target: { id: 'pg', address: '10.0.0.5', port: 5432 } },
    });
    const ini = pgbouncerIni({ address: '10.0.0.4', port: 6432 }, settings);
    expect(ini).toContain('* = host=10.0.0.5 port=5432 user=postgres');
    expect(ini).toContain('pool_mode = transaction\ndefault_pool_size = 5\n');
    expect(ini).toContain('server_login_retry = 1\n');
  });

  it('dnsmasq: its records as a hosts file', () => {
    expect(hostsOf(dnsSettingsSchema.parse({}))).toContain('192.0.2.10 shop.lab\n');
  });
});
