// client -> HAProxy's own port -> targets       host -> admin socket -> this program -> HAProxy's stats socket and its log
import { writeFileSync } from 'node:fs';
import type { Context, Program, Role } from '../../lib/program-types.ts';
import { haproxyConfigSchema, haproxySettingsSchema } from '../../protocol/peers/haproxy.ts';
import type { HaproxyConfig, HaproxySettings } from '../../protocol/peers/haproxy.ts';
import { createRequestTally } from '../request-tally.ts';
import { startSystem } from '../system.ts';
import type { System } from '../system.ts';
import { haproxyCfg, stateFile, statsSocket } from './config.ts';
import { ownCause, parseLog } from './log.ts';
import { parseStat } from './stat.ts';
import { askHaproxy } from './stats-socket.ts';
import { createWitness } from './witness.ts';

const configFile = '/tmp/haproxy.cfg';
/** In the foreground HAProxy prints to stderr what it has logged already. */
const saidTwice = /^\[(?:WARNING|ALERT)\]\s+\(\d+\) : (?:Server|backend) /;
/** Several looks between two checks at the fastest that labs run them; a question costs HAProxy 0.1 ms. */
const lookEveryMs = 50;
const endLimitMs = 4000;

/** The real HAProxy: what it thinks of its targets is read from its statistics, what it answered from its log. */
export const haproxyRole: Role<HaproxyConfig> = {
  role: 'haproxy',
  schema: haproxyConfigSchema,
  start(config: HaproxyConfig, context: Context): Program {
    const { listen } = config;
    let settings: HaproxySettings = config.settings;
    const tally = createRequestTally();
    const witness = createWitness(context, () => settings, tally);
    let closed = false;

    const hear = (line: string): boolean => {
      const entry = parseLog(line);
      if (entry === null) return !saidTwice.test(line);
      const { server, client, status } = entry;
      tally.add({ target: server, client, status: status === -1 ? null : status, cause: ownCause(entry) });
      return settings.accessLog;
    };
    const launch = (more: readonly string[]): System => {
      writeFileSync(configFile, haproxyCfg(listen, settings));
      return startSystem('/usr/sbin/haproxy', ['-db', '-f', configFile, ...more], hear);
    };
    writeFileSync(stateFile, '');
    let system = launch([]);

    /** As an operator does it: the verdicts are handed on in a file, the listening sockets over the stats socket. */
    const reload = async (): Promise<void> => {
      writeFileSync(stateFile, await askHaproxy('show servers state'));
      witness.newProcess();
      system.release();
      system = launch(['-x', statsSocket, '-sf', String(system.pid)]);
    };
    let reloading: Promise<void> = Promise.resolve();
    const look = async (): Promise<void> => {
      const csv = await askHaproxy('show stat').catch(() => null);
      if (csv !== null && !closed) witness.read(parseStat(csv));
    };
    const keepLooking = async (): Promise<void> => {
      while (!closed) {
        await reloading;
        await look();
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    };
    void keepLooking();

    return {
      stats: () => witness.stats(),
      settings: {
        schema: haproxySettingsSchema,
        get: () => settings,
        apply(next) {
          settings = next as HaproxySettings;
          reloading = reloading.then(reload).catch((error: unknown) => {
            context.events.emit({
              type: 'note',
              text: `the new settings did not reach HAProxy: ${String(error)}`,
            });
          });
        },
      },
      async stop() {
        closed = true;
        // SIGUSR1 would wait for every session to end.
        await system.stop('SIGTERM', endLimitMs);
      },
    };
  },
};
