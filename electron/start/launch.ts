import { spawn } from 'node:child_process';
import type { Notice } from '../contract/app.ts';
import { electronEnv } from './electron-env.ts';

/** Runs the desktop app until it ends, and gives its exit code. */
export function launch(binary: string, root: string, notices: readonly Notice[]): Promise<number> {
  const child = spawn(binary, [root], { env: electronEnv(notices), stdio: 'inherit' });
  // Ctrl-C reaches the app by itself, as it is in the same terminal: this process only waits until it has cleaned.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
