import type { runProgram } from '../lib/run-program.ts';
import { haproxyRole } from './haproxy/role.ts';
import { nginxRole } from './nginx/role.ts';
import { dnsRole } from './stores/dns.ts';
import { mqttRole } from './stores/mqtt.ts';
import { pgbouncerRole } from './stores/pgbouncer.ts';
import { postgresRole } from './stores/postgres.ts';
import { redisRole } from './stores/redis.ts';
import { toolsRole } from './tools.ts';

type Run = (run: typeof runProgram) => Promise<void>;

/** Adding a system is its own file and a line here. */
export const peers: Readonly<Record<string, Run>> = {
  haproxy: (run) => run(haproxyRole),
  nginx: (run) => run(nginxRole),
  redis: (run) => run(redisRole),
  postgres: (run) => run(postgresRole),
  pgbouncer: (run) => run(pgbouncerRole),
  mqtt: (run) => run(mqttRole),
  dns: (run) => run(dnsRole),
  tools: (run) => run(toolsRole),
};
