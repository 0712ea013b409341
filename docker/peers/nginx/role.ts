// client -> NGINX's own port -> targets        host -> admin socket -> this program -> NGINX's logs and stub_status
import { execFileSync } from 'node:child_process';
import { constants, openSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Context, Program, Role } from '../../lib/program-types.ts';
import { nginxConfigSchema, nginxSettingsSchema } from '../../protocol/peers/nginx.ts';
import type { NginxConfig, NginxSettings } from '../../protocol/peers/nginx.ts';
import { createRequestTally } from '../request-tally.ts';
import { startSystem } from '../system.ts';
import { accessLog, nginxConf } from './config.ts';
import { disabledAddress, parseAccess } from './log.ts';
import { askNginx } from './status.ts';
import { createWitness } from './witness.ts';

const configFile = '/tmp/nginx.conf';
const lookEveryMs = 250;
const endLimitMs = 4000;

/** The real NGINX: what it thinks of its targets is read from its error log, what it answered from its access log. */
export const nginxRole: Role<NginxConfig> = {
  role: 'nginx',
  schema: nginxConfigSchema,
  start(config: NginxConfig, context: Context): Program {
    const { listen } = config;
    let settings: NginxSettings = config.settings;
    let closed = false;
    const witness = createWitness(context, () => settings, createRequestTally());

    const lines = readAccessLog((line) => {
      const entry = parseAccess(line);
      if (entry === null) return;
      witness.access(entry);
      if (settings.accessLog) process.stdout.write(`${line}\n`);
    });
    writeFileSync(configFile, nginxConf(listen, settings));
    const system = startSystem('/usr/sbin/nginx', ['-e', 'stderr', '-c', configFile], (line) => {
      const address = disabledAddress(line);
      if (address !== null) witness.disabled(address);
      return true;
    });
    const keepLooking = async (): Promise<void> => {
      while (!closed) {
        await askNginx().then(witness.status, () => undefined);
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    };
    void keepLooking();

    return {
      stats: () => witness.stats(),
      settings: {
        schema: nginxSettingsSchema,
        get: () => settings,
        apply(next) {
          settings = next as NginxSettings;
          writeFileSync(configFile, nginxConf(listen, settings));
          system.signal('SIGHUP');
          witness.reloaded();
        },
      },
      async stop() {
        closed = true;
        lines.destroy();
        // SIGTERM is its fast end; SIGQUIT would wait for every connection.
        await system.stop('SIGTERM', endLimitMs);
      },
    };
  },
};

/**
 * A named pipe rather than a file that would grow, or syslog's datagrams, of which some are lost. It is opened for writing
 * as well, so that it does not end whenever NGINX changes its workers.
 */
function readAccessLog(onLine: (line: string) => void): Socket {
  execFileSync('mkfifo', ['-m', '600', accessLog]);
  const socket = new Socket({ fd: openSync(accessLog, constants.O_RDWR | constants.O_NONBLOCK) });
  createInterface({ input: socket }).on('line', onLine);
  return socket;
}
