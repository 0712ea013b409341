import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { BlindspotError } from '../../../contract/errors.ts';
import type { Launcher } from './launcher.ts';
import type { LogRing } from './log-ring.ts';

/** One node as a supervised child process, over all its lives. */
export interface NodeProcess {
  /** Of the present life; null while there is none. */
  pid(): number | null;
  /** Starts a life; does nothing while there is one. */
  spawn(): Promise<void>;
  /** Resolves once the admin socket accepts; fails if the life ends before, or the deadline passes. */
  ready(deadlineMs: number, signal: AbortSignal): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL for one that has not ended after `graceMs`; without grace, SIGKILL at once. */
  end(graceMs: number): Promise<void>;
  /** SIGKILL, and no life after this one. */
  retire(): Promise<void>;
}

export interface NodeRecipe {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly admin: string;
  readonly log: LogRing;
  readonly launcher: Launcher;
  readonly onDown: (detail: string) => void;
}

interface Life {
  readonly child: ChildProcess;
  readonly startedAt: number;
  readonly gone: Promise<void>;
  readonly drained: Promise<unknown>;
  how: string | null;
}

const firstPollMs = 5;
const longestPollMs = 40;

export function superviseNode(recipe: NodeRecipe): NodeProcess {
  let life: Life | null = null;
  let retired = false;
  const living = (): Life | null => (life === null || isOver(life) ? null : life);

  const end = async (graceMs: number): Promise<void> => {
    const present = living();
    if (present === null) return;
    present.child.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    const impatience = setTimeout(() => present.child.kill('SIGKILL'), graceMs);
    await present.gone;
    clearTimeout(impatience);
  };

  return {
    pid: () => living()?.child.pid ?? null,

    async spawn() {
      if (living() !== null) return;
      // A life that was killed leaves its socket file behind, and nothing would tell it from a new one.
      if (process.platform !== 'win32') await rm(recipe.admin, { force: true });
      if (retired) throw notRunning(recipe.name);
      life = beginLife(recipe);
    },

    async ready(deadlineMs, signal) {
      const present = life;
      if (present === null) throw notRunning(recipe.name);
      const end = Date.now() + deadlineMs;
      for (let pause = firstPollMs; ; pause = Math.min(pause * 1.5, longestPollMs)) {
        signal.throwIfAborted();
        if (isOver(present)) throw await diedAtStart(recipe, present);
        const socket = await tryConnect(recipe.admin);
        socket?.destroy();
        // An answer can only be this life's: the file was removed before it began.
        if (socket !== null && !isOver(present)) return;
        if (Date.now() > end) throw late(recipe, present, deadlineMs);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    },

    signal(name) {
      const present = living();
      if (present === null) throw notRunning(recipe.name);
      present.child.kill(name);
    },

    end,

    retire() {
      retired = true;
      return end(0);
    },
  };
}

function isOver(life: Life): boolean {
  return life.how !== null;
}

function beginLife({ command, env, cwd, log, launcher, onDown }: NodeRecipe): Life {
  const [file = '', ...args] = launcher.wrap(command);
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A session of its own, so that a Ctrl-C for the app does not reach the node. On Windows that would take it out of
    // the job object that ends it with the app.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const drained = Promise.all([log.read('stdout', child.stdout), log.read('stderr', child.stderr)]);
  const gone = new Promise<void>((resolve) => {
    const over = (how: string): void => {
      if (life.how !== null) return;
      life.how = how;
      onDown(how);
      resolve();
    };
    child.once('exit', (status, signal) =>
      over(signal === null ? `ended with status ${status}` : `ended by ${signal}`),
    );
    child.once('error', (error) => over(`could not be started: ${error.message}`));
  });
  const life: Life = { child, startedAt: Date.now(), gone, drained, how: null };
  return life;
}

export function tryConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

export function notRunning(node: string): BlindspotError {
  return new BlindspotError({
    code: 'node-not-running',
    message: `${node} is not running.`,
    next: `Start ${node} first.`,
    where: node,
  });
}

async function diedAtStart({ name, log }: NodeRecipe, life: Life): Promise<BlindspotError> {
  // What it said last may still be in the pipe.
  const patience = new Promise((resolve) => setTimeout(resolve, 500).unref());
  await Promise.race([life.drained, patience]);
  const said = log.tail(life.startedAt, 12);
  const taken = said.includes('EADDRINUSE');
  return new BlindspotError({
    code: taken ? 'port-in-use' : 'engine-failed',
    message: `${name} ${life.how ?? 'ended'} before it was up${said === '' ? '.' : `: ${said}`}`,
    next: taken
      ? 'Another program took the port a moment ago: start the lab again.'
      : `Read what ${name} said; a config it refuses is a mistake in the lab file.`,
    where: name,
  });
}

function late({ name, log }: NodeRecipe, life: Life, deadlineMs: number): BlindspotError {
  const said = log.tail(life.startedAt, 5);
  return new BlindspotError({
    code: 'timeout',
    message: `${name} runs, but its admin socket has not answered for ${deadlineMs / 1000} s${said === '' ? '.' : `: ${said}`}`,
    next: 'The machine may be very busy: start the lab again.',
    where: name,
  });
}
