import { join } from 'node:path';
import { fingerprint, isFresh, stamp } from './fingerprint.ts';
import { ensureBundles } from '../host/programs/bundles.ts';

// sources --vite--> out/renderer     sources --electron-vite--> out/main, out/preload     docker/ --esbuild--> out/programs

/** Something that is built from sources in this repository, and only when they have changed. */
export interface Part {
  readonly name: string;
  readonly inputs: readonly string[];
  /** The folders it makes; the first carries the stamp. */
  readonly outputs: readonly [string, ...string[]];
  readonly make: (root: string) => Promise<void>;
}

const shared = ['electron/contract', 'electron/rpc', 'package-lock.json'];

export const windowPart: Part = {
  name: 'the window',
  inputs: [...shared, 'renderer', 'electron/build/window-config.ts'],
  outputs: ['out/renderer'],
  make: async (root) => {
    const [{ build }, { windowConfig }] = await Promise.all([import('vite'), import('./window-config.ts')]);
    await build(windowConfig(root));
  },
};

/** The host and its server in one file: without a loader for TypeScript the process is 30 MB smaller. */
export const serverPart: Part = {
  name: 'the server',
  inputs: [...shared, 'electron/server', 'electron/host', 'labs', 'docker/protocol'],
  outputs: ['out/server'],
  make: async (root) => {
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: root,
      entryPoints: ['electron/server/serve.ts'],
      outdir: 'out/server',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node22',
      logLevel: 'warning',
    });
  },
};

export const shellPart: Part = {
  name: 'the desktop shell',
  inputs: [
    ...shared,
    'electron/main',
    'electron/preload',
    'electron/host',
    'labs',
    'docker/protocol',
    'electron.vite.config.ts',
  ],
  outputs: ['out/main', 'out/preload'],
  make: async (root) => {
    const { build } = await import('electron-vite');
    await build({
      root,
      configFile: join(root, 'electron.vite.config.ts'),
      logLevel: 'warn',
      ignoreConfigWarning: true,
    });
  },
};

export type Say = (line: string) => void;

/** Builds the part unless what is there was built from the same sources. True when it was built. */
export async function buildPart(root: string, part: Part, say: Say): Promise<boolean> {
  const print = await fingerprint(root, part.inputs);
  const stamped = join(root, part.outputs[0]);
  if (await isFresh(stamped, print)) return false;
  const began = performance.now();
  say(`Building ${part.name}...`);
  await part.make(root);
  await stamp(stamped, print);
  say(`Built ${part.name} in ${seconds(began)} s.`);
  return true;
}

export async function buildPrograms(root: string, say: Say): Promise<void> {
  const began = performance.now();
  const { hash } = await ensureBundles(root);
  if (performance.now() - began > 500)
    say(`Bundled the lab programs (${hash.slice(0, 8)}) in ${seconds(began)} s.`);
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}
