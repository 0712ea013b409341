import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A proxy under test: ours, or a real one with the same wishes in its own words. */
export interface Peer {
  readonly port: number;
  close(): Promise<void>;
}

/** Whether a program is installed here. */
export const answers = (binary: string, flag: string): boolean => spawnSync(binary, [flag]).status === 0;

/** The same of a program that has no question which it answers with 0. */
export const installed = (binary: string): boolean => spawnSync(binary, ['-h']).error === undefined;

/** Starts a real proxy with its own configuration file, and waits for its port. */
export async function runNative(
  binary: string,
  args: (file: string, folder: string) => readonly string[],
  config: string,
  port: number,
): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-peer-'));
  const file = join(folder, 'peer.conf');
  await writeFile(file, config);
  const child = spawn(binary, args(file, folder), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await listening(port, () => (child.exitCode === null ? null : `${binary} ended: ${said}`));
  } catch (error) {
    await close();
    throw error;
  }
  return { port, close };
}

/** Looked up in the kernel's table and not by connecting: a connection would reach a backend that counts them. */
async function listening(port: number, gone: () => string | null): Promise<void> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  const deadline = Date.now() + 60_000;
  while (!(await readFile('/proc/net/tcp', 'utf8')).includes(wanted)) {
    const why = gone() ?? (Date.now() > deadline ? `nobody listens on ${port}` : null);
    if (why !== null) throw new Error(why);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
