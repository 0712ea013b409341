import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { execHandle } from './exec-handle.ts';
import type { ExecEnds } from './exec-handle.ts';
import { editLine } from './line-edit.ts';
import type { ShellCommand } from './pty.ts';

/** command --stdout and stderr, in the order they come--> ExecHandle */
export function runPiped(shell: ShellCommand): ExecEnds {
  return openPipes(
    shell,
    (text) => text,
    (write) => write,
  );
}

/**
 * A shell without a pseudo-terminal. Nobody behind a pipe echoes keys, gathers a line or turns Ctrl-C into a signal, so
 * that is done here, plainly; programs that need a screen (less, top) cannot work, and the first line says so.
 */
export function openPipedShell(shell: ShellCommand): ExecEnds {
  return openPipes(
    shell,
    (text) => text.replaceAll(/\r?\n/g, '\r\n'),
    (write, ends, interrupt) => {
      ends.text(
        'No terminal support on this platform: a plain shell, without line editing or full-screen programs.\r\n',
      );
      const edit = editLine({ line: write, echo: (text) => ends.text(text), interrupt });
      return (text) => edit(text);
    },
  );
}

type Write = (text: string) => void;

function openPipes(
  { command, env, cwd }: ShellCommand,
  show: (text: string) => string,
  input: (write: Write, ends: ExecEnds, interrupt: () => void) => Write,
): ExecEnds {
  const [file = '', ...args] = command;
  const own = process.platform !== 'win32';
  const child = spawn(file, args, { cwd, env, stdio: 'pipe', detached: own, windowsHide: true });
  const signal = (name: NodeJS.Signals): void => {
    try {
      // To the whole group: a pipeline typed into the shell is more than the shell.
      if (own && child.pid !== undefined) process.kill(-child.pid, name);
      else child.kill(name);
    } catch {
      // It has ended meanwhile.
    }
  };
  const outputs = [child.stdout, child.stderr];
  const ends = execHandle({
    write: (text) => write(text),
    resize: () => undefined,
    pause: () => outputs.forEach((output) => output.pause()),
    resume: () => outputs.forEach((output) => output.resume()),
    close: () => signal('SIGKILL'),
  });
  const write = input(
    (text) => child.stdin.write(text),
    ends,
    () => signal('SIGINT'),
  );
  child.stdin.on('error', () => undefined);
  for (const output of outputs) {
    const decoder = new StringDecoder('utf8');
    output.on('data', (chunk: Buffer) => ends.text(show(decoder.write(chunk))));
  }
  child.once('error', (error) => ends.end(`${file} could not be started: ${error.message}`, null));
  child.once('close', (status, name) => {
    const how =
      name === null
        ? `The command has ended with status ${status ?? 0}.`
        : `The command was ended by ${name}.`;
    ends.end(how, status);
  });
  return ends;
}
