import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  readonly uid: number | null;
}

export function here(): Surroundings {
  return {
    platform: process.platform,
    env: process.env,
    exists: existsSync,
    uid: process.getuid?.() ?? null,
  };
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** A browser of the Chromium family on this machine; `CHROMIUM` names one outright. */
export function findChromium({ platform, env, exists }: Surroundings): string | null {
  const named = env.CHROMIUM;
  if (named !== undefined && named !== '') return exists(named) ? named : null;
  return candidates(platform, env).find(exists) ?? null;
}

function candidates(platform: NodeJS.Platform, env: Surroundings['env']): readonly string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
    );
  }
  if (platform === 'win32') {
    return ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) =>
      ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((path) =>
        join(env[name] ?? 'C:\\', path),
      ),
    );
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

export type Remedy =
  | { readonly kind: 'install'; readonly commands: readonly (readonly [string, ...string[]])[] }
  | { readonly kind: 'tell'; readonly command: string };

/** What to do where there is none: on Debian as root we install it, elsewhere the person types one command. */
export function remedy({ platform, exists, uid }: Surroundings): Remedy {
  const debian = platform === 'linux' && exists('/etc/debian_version') && exists('/usr/bin/apt-get');
  if (debian && uid === 0) {
    return {
      kind: 'install',
      commands: [
        ['apt-get', 'update'],
        ['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium'],
      ],
    };
  }
  if (debian) return { kind: 'tell', command: 'sudo apt-get install chromium' };
  if (platform === 'linux' && exists('/usr/bin/dnf'))
    return { kind: 'tell', command: 'sudo dnf install chromium' };
  if (platform === 'darwin') return { kind: 'tell', command: 'brew install --cask google-chrome' };
  if (platform === 'win32') return { kind: 'tell', command: 'winget install Google.Chrome' };
  return { kind: 'tell', command: 'CHROMIUM=/path/to/chromium npm test' };
}

/** Finds a browser, installs one where that is ours to do, or says why there is none. */
export function ensureChromium(
  say: (line: string) => void,
): { readonly path: string } | { readonly why: string } {
  const around = here();
  const found = findChromium(around);
  if (found !== null) return { path: found };
  if (around.env.CHROMIUM !== undefined && around.env.CHROMIUM !== '') {
    return { why: `CHROMIUM names ${around.env.CHROMIUM}, which does not exist` };
  }
  const cure = remedy(around);
  if (cure.kind === 'tell') return { why: `no Chromium here; this brings one: ${cure.command}` };
  try {
    for (const [file, ...args] of cure.commands) {
      say(`No Chromium here: ${[file, ...args].join(' ')}`);
      execFileSync(file, args, {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    }
  } catch (error) {
    return {
      why: `Chromium could not be installed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const installed = findChromium(around);
  return installed === null ? { why: 'Chromium was installed and is not to be found' } : { path: installed };
}
