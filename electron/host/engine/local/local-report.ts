import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Capability, EngineReport } from '../../../contract/app.ts';
import { quicAddon } from '../../programs/quic-addon.ts';
import { hasLoopbackBlock } from './addresses.ts';
import { onPath } from './launcher.ts';

/** What this engine says of itself: only what was seen to work a moment ago. */
export async function localReport(
  nodePath: string,
  platform: NodeJS.Platform,
  root: string,
): Promise<EngineReport> {
  const [version, capabilities] = await Promise.all([nodeVersion(nodePath), capabilitiesOf(platform, root)]);
  return {
    id: 'local',
    name: 'Embedded: processes on this machine',
    available: version !== null,
    version,
    endpoint: null,
    capabilities,
    diagnosis:
      version === null
        ? { what: `${nodePath} does not run, and the nodes need it.`, next: 'Run "npm ci" again.' }
        : null,
    image: null,
  };
}

/** Windows has no signals, and its shells understand few of the guides' commands. */
async function capabilitiesOf(platform: NodeJS.Platform, root: string): Promise<readonly Capability[]> {
  const posix = platform !== 'win32';
  const having: readonly (readonly [Capability, boolean])[] = [
    ['addresses', await ownAddresses(platform)],
    ['signals', posix],
    ['shell', posix && onPath('curl') !== null],
    ['quic', platform === 'linux' && process.arch === 'x64' && quicAddon(root) !== null],
  ];
  return having.filter(([, has]) => has).map(([capability]) => capability);
}

/** Whether every node can have an address of its own. */
export async function ownAddresses(platform: NodeJS.Platform): Promise<boolean> {
  return platform === 'linux' && (await hasLoopbackBlock());
}

/** The answer of the Node that runs the programs; null where it does not run. */
function nodeVersion(file: string): Promise<string | null> {
  const env = { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' };
  return new Promise((resolve) => {
    execFile(file, ['--version'], { env, timeout: 10_000, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? stdout.trim().replace(/^v/, '') : null);
    });
  });
}

/** The `node-linux-*` package of this architecture, which the image is built with too. */
export function pinnedNode(root: string): string | null {
  const file = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  return process.platform === 'linux' && existsSync(file) ? file : null;
}
