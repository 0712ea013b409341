import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A line of a system's own output. What the listener returns false for is not passed on to the node's log. */
export type LineListener = (line: string) => boolean;

/** A real system as a child in the foreground. When it ends by itself the node ends with it, as a container would. */
export interface System {
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  /** No longer the node's system: it may end in its own time. */
  release(): void;
  /** Asks it to end and waits until it has; kills it after the limit. */
  stop(signal: NodeJS.Signals, limitMs: number): Promise<void>;
}

export function startSystem(
  command: string,
  args: readonly string[],
  listen: LineListener = () => true,
): System {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let wanted = true;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => leave(`${command} could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (wanted) leave(`${command} ended with ${signal ?? `exit code ${code}`}`);
      resolve();
    });
  });
  passOn(child.stdout, process.stdout, listen);
  passOn(child.stderr, process.stderr, listen);
  return {
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    release() {
      wanted = false;
    },
    async stop(signal, limitMs) {
      wanted = false;
      const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
      child.kill(signal);
      await ended;
      clearTimeout(timer);
    },
  };
}

function passOn(from: Readable, to: NodeJS.WritableStream, listen: LineListener): void {
  createInterface({ input: from }).on('line', (line) => {
    if (listen(line)) to.write(`${line}\n`);
  });
}

function leave(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
