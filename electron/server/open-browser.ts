import { spawn } from 'node:child_process';

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Null where the system has no user numbers. */
  readonly uid: number | null;
}

export function thisMachine(): Machine {
  return { platform: process.platform, env: process.env, uid: process.getuid?.() ?? null };
}

export function hasDisplay({ platform, env }: Machine): boolean {
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

/** The command that shows a page in the person's own browser; null where there is nobody to show it to. */
export function browserCommand(machine: Machine, url: string): readonly [string, ...string[]] | null {
  if (!hasDisplay(machine)) return null;
  if (machine.platform === 'darwin') return ['open', url];
  // `start` takes its first quoted word for a window title. Our link has no character that cmd would read.
  if (machine.platform === 'win32') return ['cmd', '/c', 'start', '""', url];
  // A root's browser would write into the person's own profile, or refuse to start.
  return machine.uid === 0 ? null : ['xdg-open', url];
}

/** Opens the default browser. True when the command was found; the printed link stands in every case. */
export function openBrowser(machine: Machine, url: string): Promise<boolean> {
  const command = browserCommand(machine, url);
  if (command === null) return Promise.resolve(false);
  const [file, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: 'ignore',
      detached: true,
      windowsVerbatimArguments: machine.platform === 'win32',
    });
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
    child.unref();
  });
}
