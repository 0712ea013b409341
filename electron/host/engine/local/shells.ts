import { basename } from 'node:path';
import { BlindspotError } from '../../../contract/errors.ts';
import type { ExecHandle, ExecSpec } from '../engine.ts';
import type { ExecEnds } from './exec-handle.ts';
import type { Launcher } from './launcher.ts';
import { openPipedShell, runPiped } from './piped.ts';
import { loadPty } from './pty.ts';
import type { OpenPty, ShellCommand } from './pty.ts';
import type { ShellHome } from './shell-home.ts';

/** The shells and commands that run in the nodes' places; each ends with its node, as it would in a container. */
export class Shells {
  private readonly open = new Map<ExecEnds, string>();
  private readonly launcher: Launcher;
  private readonly pty: () => Promise<OpenPty | null>;

  constructor(launcher: Launcher, pty: () => Promise<OpenPty | null> = loadPty) {
    this.launcher = launcher;
    this.pty = pty;
  }

  async exec(node: string, home: ShellHome, { command, tty }: ExecSpec): Promise<ExecHandle> {
    const wanted = isShell(command) ? home.shell : command;
    const shell: ShellCommand = { command: this.launcher.wrap(wanted), env: home.env, cwd: home.cwd };
    const pty = tty === null ? null : await this.pty();
    const ends = start(node, () => {
      if (tty === null) return runPiped(shell);
      return pty === null ? openPipedShell(shell) : pty(shell, tty);
    });
    this.open.set(ends, node);
    ends.handle.onEnd(() => this.open.delete(ends));
    return ends.handle;
  }

  /** Ends the shells of one node, or of all. */
  hangUp(reason: string, node?: string): void {
    for (const [ends, at] of [...this.open]) if (node === undefined || node === at) ends.hangUp(reason);
  }
}

/** "The shell" as a terminal asks for it, whatever it calls it: ours, with our prompt. */
export function isShell(command: readonly string[]): boolean {
  const [file, ...args] = command;
  if (file === undefined) return true;
  return (
    ['sh', 'bash'].includes(basename(file)) && args.every((arg) => ['-i', '-l', '--login'].includes(arg))
  );
}

function start(node: string, open: () => ExecEnds): ExecEnds {
  try {
    return open();
  } catch (error) {
    throw new BlindspotError(
      {
        code: 'terminal-failed',
        message: `No terminal for ${node}: ${error instanceof Error ? error.message : String(error)}`,
        next: 'Close other terminals, and open it again.',
        where: node,
      },
      error,
    );
  }
}
