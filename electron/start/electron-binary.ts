import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from './choose-face.ts';
import { fetchElectron } from './electron-download.ts';
import type { ElectronPackage } from './electron-download.ts';

type Env = ElectronPackage['env'];

/** The binary that is here already, by the person's own word or from an earlier download; null when there is none. */
export async function findElectron(
  root: string,
  platform: NodeJS.Platform,
  env: Env,
): Promise<string | null> {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH ?? '';
  if (override !== '') {
    const binary = join(override, executable(platform));
    return existsSync(binary) ? binary : null;
  }
  const folder = join(root, 'node_modules', 'electron');
  const binary = join(folder, 'dist', executable(platform));
  return (await isInstalled(folder, binary)) ? binary : null;
}

/** npm installs Electron's package without the binary, which comes from GitHub when it is first wanted. */
export async function electronBinary(place: ElectronPackage): Promise<Outcome> {
  const { root, platform, env } = place;
  const here = await findElectron(root, platform, env);
  if (here !== null) return { binary: here };
  const override = env.ELECTRON_OVERRIDE_DIST_PATH ?? '';
  if (override !== '') {
    return {
      why: `ELECTRON_OVERRIDE_DIST_PATH is set, but there is no ${join(override, executable(platform))}.`,
    };
  }
  const why = await fetchElectron(place, join(root, 'node_modules', 'electron'));
  if (why !== null) return { why };
  const fetched = await findElectron(root, platform, env);
  return fetched === null ? { why: 'Electron was fetched, but it is not whole.' } : { binary: fetched };
}

function executable(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join('Electron.app', 'Contents', 'MacOS', 'Electron');
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/** Of this version, and unpacked to the end: the package writes path.txt last. */
async function isInstalled(folder: string, binary: string): Promise<boolean> {
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8').catch(() => '');
  const [version, path, manifest] = await Promise.all([
    read(join('dist', 'version')),
    read('path.txt'),
    read('package.json'),
  ]);
  const wanted = /"version": "([^"]+)"/.exec(manifest)?.[1];
  return path !== '' && version.trim().replace(/^v/, '') === wanted && existsSync(binary);
}
