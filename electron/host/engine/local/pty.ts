import { execHandle } from './exec-handle.ts';
import type { ExecEnds } from './exec-handle.ts';

export interface ShellCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export type OpenPty = (
  shell: ShellCommand,
  size: { readonly cols: number; readonly rows: number },
) => ExecEnds;

/** shell <-> pseudo-terminal <-> ExecHandle. Null where this platform has no build of node-pty: it is native code. */
export async function loadPty(): Promise<OpenPty | null> {
  try {
    const { spawn } = await import('@lydell/node-pty');
    return (shell, size) => {
      const [file = '', ...args] = shell.command;
      const pty = spawn(file, args, {
        name: 'xterm-256color',
        ...size,
        cwd: shell.cwd,
        env: { ...shell.env },
      });
      const ends = execHandle({
        write: (text) => pty.write(text),
        resize: (cols, rows) => pty.resize(cols, rows),
        pause: () => pty.pause(),
        resume: () => pty.resume(),
        close: () => hangUp(pty.pid, () => pty.kill()),
      });
      pty.onData((text) => ends.text(text));
      pty.onExit(({ exitCode, signal }) => {
        const status = signal === undefined || signal === 0 ? exitCode : 128 + signal;
        ends.end(
          status === 0 ? 'The shell has ended.' : `The shell has ended with status ${status}.`,
          status,
        );
      });
      return ends;
    };
  } catch {
    return null;
  }
}

/** As a closed terminal window does: the whole session hears it, a stopped job is woken to hear it. */
function hangUp(pid: number, kill: () => void): void {
  kill();
  for (const signal of ['SIGHUP', 'SIGCONT'] as const) {
    try {
      if (process.platform !== 'win32') process.kill(-pid, signal);
    } catch {
      // The shell was the last of its group, and is gone.
    }
  }
}
