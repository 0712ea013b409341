import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type Docker from 'dockerode';
import { BlindspotError } from '../../../contract/errors.ts';
import type { ExecHandle, ExecSpec } from '../engine.ts';
import { containerName, whyNotRunning } from './containers.ts';
import { dockerFailure, statusOf } from './failure.ts';
import { frameReader } from './frames.ts';

/** `spec.command` empty: the shell a person works in. */
const shell = ['bash'];
/** The engine answers "process not found" until the shell is there; a busy machine may need a second or two. */
const resizeTries = 20;
const resizePauseMs = 100;

/**
 * The engine does not end an exec whose client has gone: a closed window would leave its shell, and what runs in it,
 * in the node. So every exec carries a mark in its environment, which its children inherit, and closing it ends
 * whatever carries that mark: hang-up first, as a terminal does, then kill.
 */
const markName = 'BLINDSPOT_EXEC';
const endMarked = `marked() {
  for dir in /proc/[0-9]*; do
    if grep -qsz "^${markName}=$0\\$" "$dir/environ"; then echo "\${dir#/proc/}"; fi
  done
}
pids=$(marked)
[ -z "$pids" ] && exit
kill -HUP $pids 2>/dev/null
sleep 0.3
pids=$(marked)
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null`;

export async function openExec(
  docker: Docker,
  session: string,
  node: string,
  spec: ExecSpec,
): Promise<ExecHandle> {
  const container = docker.getContainer(containerName(session, node));
  const mark = randomBytes(8).toString('hex');
  const tty = spec.tty !== null;
  try {
    const exec = await container.exec({
      Cmd: spec.command.length === 0 ? shell : [...spec.command],
      AttachStdin: tty,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
      Env: [`${markName}=${mark}`, ...(tty ? ['TERM=xterm-256color'] : [])],
      // Understood from API 1.42 on, and passed over before; the first resize does the same a moment later.
      ...(spec.tty === null ? {} : { ConsoleSize: [spec.tty.rows, spec.tty.cols] as [number, number] }),
    });
    const raw = await exec.start({ hijack: true, stdin: tty, Tty: tty });
    const handle = execHandle(exec, raw, tty, () => endProcesses(container, mark));
    if (spec.tty !== null) void handle.resize(spec.tty.cols, spec.tty.rows);
    return handle;
  } catch (error) {
    const why =
      statusOf(error) === 409 || statusOf(error) === 404
        ? await whyNotRunning(docker, session, node)
        : dockerFailure(`No terminal at ${node}`, error);
    throw new BlindspotError(
      {
        code: 'terminal-failed',
        message: why.message,
        where: node,
        ...(why.next === undefined ? {} : { next: why.next }),
      },
      error,
    );
  }
}

function execHandle(exec: Docker.Exec, raw: Duplex, tty: boolean, endAll: () => Promise<void>): ExecHandle {
  const ended = Promise.withResolvers<string>();
  let onText: (text: string) => void = () => undefined;
  let closed = false;
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const say = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
    const text = decoders[stream].write(chunk);
    if (text !== '') onText(text);
  };
  const read = tty ? (chunk: Buffer) => say('stdout', chunk) : frameReader(say);
  const exit = ended.promise.then(() => exitCode(exec));
  const resize = resizer(exec);
  // Nothing flows before somebody listens, so that no first prompt is lost.
  raw.pause();
  raw.on('end', () => ended.resolve('ended'));
  raw.on('close', () => ended.resolve('ended'));
  raw.on('error', (error) => ended.resolve(`connection lost: ${error.message}`));
  return {
    exit,
    onText(listener) {
      onText = listener;
      raw.on('data', read);
      raw.resume();
    },
    onEnd(listener) {
      void Promise.all([ended.promise, exit]).then(([reason, code]) =>
        listener(reason === 'ended' && code !== null ? `ended with exit code ${code}` : reason),
      );
    },
    write(text) {
      if (tty && raw.writable) raw.write(text);
    },
    resize: (cols, rows) => (tty && !closed ? resize(cols, rows) : Promise.resolve()),
    pause: () => void raw.pause(),
    resume: () => void raw.resume(),
    close() {
      if (closed) return;
      closed = true;
      raw.destroy();
      void endAll();
    },
  };
}

/** One effort at a time, always for the size wanted last: a slow first attempt must not undo a later one. */
function resizer(exec: Docker.Exec): (cols: number, rows: number) => Promise<void> {
  let wanted: { readonly w: number; readonly h: number };
  let effort: Promise<void> | null = null;
  const strive = async (): Promise<void> => {
    for (let attempt = 0; attempt < resizeTries; attempt++) {
      const size = wanted;
      const done = await exec.resize(size).then(
        () => true,
        () => false,
      );
      if (done && size === wanted) return;
      if (done) continue;
      // A shell that has ended has no size; one that has not begun will have one soon.
      const state = await exec.inspect().catch(() => null);
      if (state === null || (state.ExitCode !== null && !state.Running)) return;
      await new Promise((resolve) => setTimeout(resolve, resizePauseMs));
    }
  };
  return (cols, rows) => {
    wanted = { w: cols, h: rows };
    effort ??= strive().finally(() => (effort = null));
    return effort;
  };
}

async function exitCode(exec: Docker.Exec): Promise<number | null> {
  const state = await exec.inspect().catch(() => null);
  return state === null || state.Running ? null : state.ExitCode;
}

/** Best effort: a node that is gone or stopped has nothing left to end. */
async function endProcesses(container: Docker.Container, mark: string): Promise<void> {
  try {
    const exec = await container.exec({ Cmd: ['sh', '-c', endMarked, mark], AttachStdout: true });
    const stream = await exec.start({ hijack: true });
    stream.on('error', () => undefined);
    stream.resume();
  } catch {
    return;
  }
}
