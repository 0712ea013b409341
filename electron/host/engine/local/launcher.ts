import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * app --fork--> setpriv (asks the kernel for SIGKILL at the parent's death) --exec--> sh (is the parent still there?)
 *     --exec--> the program: one pid all along
 *
 * The kernel's promise (PR_SET_PDEATHSIG, prctl(2)) holds for a stopped or blocked child too. It is tied to the thread
 * that forked, which for Node's spawn is the calling one, and it says nothing of a parent that died before it was asked
 * for: hence the second look. Where setpriv is missing or older than the option, the watchdog stands alone.
 */
export interface Launcher {
  readonly bound: boolean;
  wrap(command: readonly string[]): readonly string[];
}

const stillThere = '[ "$PPID" = "$0" ] && exec "$@"';

export async function findLauncher(platform: NodeJS.Platform = process.platform): Promise<Launcher> {
  const setpriv = platform === 'linux' ? onPath('setpriv') : null;
  if (setpriv === null || !(await works(setpriv))) return { bound: false, wrap: (command) => command };
  const prefix = [setpriv, '--pdeathsig', 'KILL', '--', '/bin/sh', '-c', stillThere, String(process.pid)];
  return { bound: true, wrap: (command) => [...prefix, ...command] };
}

export function onPath(name: string, path: string = process.env.PATH ?? ''): string | null {
  const places = [...path.split(delimiter), '/usr/bin', '/bin'].filter((place) => place !== '');
  return places.map((place) => join(place, name)).find((file) => existsSync(file)) ?? null;
}

function works(setpriv: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(setpriv, ['--pdeathsig', 'KILL', '--', '/bin/sh', '-c', 'exit 0'], {
      stdio: 'ignore',
    });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
