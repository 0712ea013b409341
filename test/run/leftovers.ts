import { readFile, readdir } from 'node:fs/promises';
import { connect } from '../../electron/host/engine/docker/connect.ts';
import { fail, nothing, pass, skip, sum } from './tally.ts';
import type { Tally } from './tally.ts';

/** What lies about on this machine that could be ours. */
export interface Traces {
  /** Containers and networks with our label, by id; null where no engine answers. */
  readonly docker: ReadonlyMap<string, string> | null;
}

export async function traces(): Promise<Traces> {
  const connection = await connect(process.env);
  if (!('docker' in connection)) return { docker: null };
  const { docker } = connection;
  const filters = { label: ['blindspot'] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return {
    docker: new Map([
      ...containers.map(({ Id, Names }) => [Id, `container ${Names[0] ?? Id}`] as const),
      ...networks.map(({ Id, Name }) => [Id, `network ${Name}`] as const),
    ]),
  };
}

export interface Left {
  readonly pid: number;
  readonly command: string;
}

/**
 * Everything that this run started carries its temporary folder in its environment, down to the programs of a lab. A
 * process that still does after the run is one that was forgotten; its sockets and listening ports are with it.
 */
export async function processesOf(temporary: string, own: number): Promise<readonly Left[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== own);
  const found = await Promise.all(
    pids.map(async (pid): Promise<Left | null> => {
      try {
        const environment = (await readFile(`/proc/${pid}/environ`, 'latin1')).split('\0');
        if (!environment.some((variable) => variable === `TMPDIR=${temporary}`)) return null;
        const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').join(' ').trim();
        return { pid: Number(pid), command: command.slice(0, 160) };
      } catch {
        // It went meanwhile, or it is somebody else's.
        return null;
      }
    }),
  );
  return found.filter((one) => one !== null);
}

/** A killed app's programs have five seconds to go; nothing else takes as long. */
const graceMs = 5000;

/** Looks until nothing is left or the grace is over, then says what is, and ends what is ours. */
export async function judgeLeftovers(before: Traces, temporary: string): Promise<Tally> {
  const deadline = Date.now() + graceMs;
  for (;;) {
    const [left, fresh] = await Promise.all([remaining(temporary), appeared(before)]);
    const clean = (left?.length ?? 0) === 0 && (fresh?.length ?? 0) === 0;
    if (!clean && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      continue;
    }
    for (const { pid } of left ?? []) kill(pid);
    return sum([
      left === null
        ? skip('leftover processes: only Linux tells which are ours')
        : verdict(
            'processes',
            left.map(({ pid, command }) => `${pid} ${command}`),
          ),
      // Without an engine there is nothing that could have been left on it.
      fresh === null ? nothing : verdict('containers and networks', fresh),
    ]);
  }
}

async function remaining(temporary: string): Promise<readonly Left[] | null> {
  return process.platform === 'linux' ? await processesOf(temporary, process.pid) : null;
}

async function appeared(before: Traces): Promise<readonly string[] | null> {
  if (before.docker === null) return null;
  const known = before.docker;
  const { docker } = await traces();
  return [...(docker ?? [])].flatMap(([id, name]) => (known.has(id) ? [] : [name]));
}

function verdict(what: string, left: readonly string[]): Tally {
  return left.length === 0 ? pass() : fail(`leftover ${what}: ${left.join('; ')}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone in the meantime.
  }
}
