import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { L4Patch, L7Patch } from '../../../docker/protocol/balancer.ts';
import { youngFlag } from '../../../electron/host/engine/local/memory-guard.ts';
import { startSubject } from '../subject.ts';
import type { Balancer, Wanted } from './balancer.ts';

const root = join(import.meta.dirname, '../../..');
/** Nothing but traffic: checks have an interval and a price of their own, the same for everyone. */
const unchecked = { healthCheck: { protocol: 'none' } } as const;

export function ourL4(name: string, settings: L4Patch = {}, reusePort = false): Balancer {
  return ours(name, 'l4', { ...unchecked, ...settings }, reusePort);
}

/** Peers keep no access log either; what it costs is a row of its own. */
export function ourL7(name: string, settings: L7Patch = {}): Balancer {
  return ours(name, 'l7', { ...unchecked, accessLog: false, ...settings });
}

function ours(name: string, role: 'l4' | 'l7', settings: object, reusePort = false): Balancer {
  return {
    name,
    start: (wanted) =>
      startSubject({
        name,
        ...wanted,
        // One process; what it starts and ends again, such as nft, is none of its workers.
        workers: (pids) => pids.slice(0, 1),
        // The admin socket comes after the port.
        ready: (folder) => existsSync(join(folder, 'admin.sock')),
        // As the engines start it.
        args: () => [process.execPath, youngFlag, join(root, 'docker', role, 'main.ts')],
        env: (folder) => ({
          ...(wanted.within === undefined ? {} : { BLINDSPOT_NETWORK: 'own' }),
          BLINDSPOT_CONFIG: JSON.stringify(config(folder, role, wanted, settings, reusePort)),
        }),
      }),
  };
}

function config(folder: string, role: string, wanted: Wanted, settings: object, reusePort: boolean): object {
  const { address = '127.0.0.1', port, targets, certificate } = wanted;
  const listen = { address, port };
  const tls = certificate && {
    identity: {
      authority: certificate.certificate,
      certificates: [{ names: ['bench.test'], ...certificate }],
    },
  };
  return {
    role,
    node: role,
    // As the host sets it for a busy lab: who is measured against it keeps no records at all.
    sampleOneIn: 100,
    admin: join(folder, 'admin.sock'),
    listen: reusePort ? { ...listen, reusePort } : listen,
    ...tls,
    settings: {
      ...settings,
      ...(certificate === undefined ? {} : { tls: { on: true } }),
      targets: targets.map((target, index) => ({ id: `t${index}`, ...target })),
    },
  };
}
