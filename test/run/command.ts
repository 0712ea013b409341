import { spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Shown as it comes, or kept for whoever asks. */
  readonly show: boolean;
  readonly limitMs: number;
}

export interface Outcome {
  /** 124 when the limit was reached, as timeout(1) has it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, or to the limit, and takes its children with it. */
export function run({ file, args, cwd, env, show, limitMs }: Command): Promise<Outcome> {
  return new Promise((resolve) => {
    const windows = process.platform === 'win32';
    // npm is a script on Windows; a group of its own elsewhere, so that a limit ends the grandchildren too.
    const child = spawn(file, args, {
      cwd,
      env,
      shell: windows,
      detached: !windows,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let late = false;
    const end = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined) return;
      try {
        if (windows) child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // Gone already.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      end('SIGKILL');
    }, limitMs);
    // In a group of its own the child does not hear the terminal's Ctrl-C: it is told.
    const interrupted = (): void => end('SIGINT');
    process.on('SIGINT', interrupted);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (show) process.stdout.write(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (show) process.stdout.write(text);
    });
    const finish = (code: number): void => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted);
      resolve({ code, stdout, stderr });
    };
    child.once('error', (error) => {
      stderr += error.message;
      finish(127);
    });
    child.once('close', (code) => finish(late ? 124 : (code ?? 1)));
  });
}
