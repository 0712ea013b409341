import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** A process id alone is used again by the kernel; together with its start time it names one process for good. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

const run = promisify(execFile);

/** Start times of those of the given processes that live, by pid. */
export async function startTimes(
  pids: readonly number[],
  platform: NodeJS.Platform = process.platform,
): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0) return new Map();
  if (platform === 'linux') return fromProc(pids);
  return platform === 'win32' ? fromPowerShell(pids) : fromPs(pids);
}

export async function identify(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): Promise<ProcessIdentity | null> {
  const started = (await startTimes([pid], platform)).get(pid);
  return started === undefined ? null : { pid, started };
}

/** Those of the given processes that are still the same processes. */
export async function alive(
  processes: readonly ProcessIdentity[],
  platform: NodeJS.Platform = process.platform,
): Promise<readonly ProcessIdentity[]> {
  const now = await startTimes(
    processes.map(({ pid }) => pid),
    platform,
  );
  return processes.filter(({ pid, started }) => now.get(pid) === started);
}

function fromProc(pids: readonly number[]): Map<number, string> {
  const found = new Map<number, string>();
  for (const pid of pids) {
    const stat = readStat(pid);
    if (stat === null) continue;
    // proc(5): the name, in parentheses, may hold anything; after it, field 3 is the state and field 22 the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, started] = [fields[0], fields[19]];
    // A zombie holds no port and no socket any more; it only waits for its parent to look.
    if (started !== undefined && state !== 'Z' && state !== 'X') found.set(pid, started);
  }
  return found;
}

function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
}

/** `lstart` has a resolution of one second, which a pid needs far longer than to come round again. */
async function fromPs(pids: readonly number[]): Promise<Map<number, string>> {
  const args = ['-o', 'pid=,stat=,lstart=', '-p', pids.join(',')];
  // ps ends with status 1 where none of them lives; what it printed counts all the same.
  const text = await run('ps', args, { env: { ...process.env, LC_ALL: 'C' } })
    .then(({ stdout }) => stdout)
    .catch((failure: unknown) => (failure as { stdout?: string }).stdout ?? '');
  const found = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [pid, state, ...started] = line.trim().split(/\s+/);
    if (pid !== undefined && state !== undefined && !state.startsWith('Z'))
      found.set(Number(pid), started.join(' '));
  }
  return found;
}

async function fromPowerShell(pids: readonly number[]): Promise<Map<number, string>> {
  const script = `Get-Process -Id ${pids.join(',')} -ErrorAction SilentlyContinue | ForEach-Object { "$($_.Id) $($_.StartTime.ToFileTimeUtc())" }`;
  const { stdout } = await run('powershell', ['-NoProfile', '-Command', script]).catch(() => ({
    stdout: '',
  }));
  const pairs = stdout.split(/\r?\n/).map((line) => line.trim().split(' '));
  return new Map(pairs.flatMap(([pid, started]) => (started === undefined ? [] : [[Number(pid), started]])));
}
