import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../support/wait.ts';
import { withChildren } from './cost.ts';

/** A balancer under test: one process on the first core. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Why it cannot take part, where it cannot. */
export class Missing extends Error {}

export interface Command {
  readonly name: string;
  readonly address?: string;
  readonly port: number;
  /** What to start it by, where it has a network of its own. */
  readonly within?: readonly string[];
  /** The first where none is said: a balancer has it to itself, and everything else is on the second (namespace.ts). */
  readonly core?: string;
  /** Gets a folder of its own. */
  args(folder: string): Promise<readonly string[]> | readonly string[];
  env?(folder: string): NodeJS.ProcessEnv;
  /** Listening, where the port alone does not say so: others may listen there, too. */
  ready?(folder: string): boolean;
  /** Only these do the work; all of them otherwise. */
  readonly workers?: (pids: readonly number[]) => readonly number[];
}

export async function startSubject(command: Command): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-bench-'));
  const args = await command.args(folder);
  const child = spawn('taskset', ['-c', command.core ?? '0', ...(command.within ?? []), ...args], {
    env: { ...process.env, ...command.env?.(folder) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-2000)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(kill);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const stands = () => command.ready?.(folder) !== false && accepts(command);
    await waitUntil(() => child.exitCode !== null || stands(), 20_000, `${command.name} to listen`);
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`${command.name} ended: ${said}`);
    const pids = withChildren(child.pid);
    return { name: command.name, port: command.port, pids: command.workers?.(pids) ?? pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function accepts({ address = '127.0.0.1', port }: Command): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
