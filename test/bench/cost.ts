import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of CPU that these processes have used, with all their threads (schedstat's first figure, in nanoseconds). */
export function cpuSeconds(pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    }
  }
  return nanoseconds / 1e9;
}

/** Memory of these processes alone; what they share with others counts by its share. */
export function memoryBytes(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

/** A process and those it has started. */
export function withChildren(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
}

/** Seconds of CPU of those whom these processes have started and seen the end of, in the kernel's ticks of 10 ms. */
export function endedChildrenSeconds(pids: readonly number[]): number {
  const fields = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ');
  // cutime and cstime: the 16th and 17th field, of which the first two are cut off here.
  return pids.reduce((sum, pid) => sum + Number(fields(pid)[13]) + Number(fields(pid)[14]), 0) / 100;
}

/** The kernel's threads for packets that nobody's own time was left for. */
export function softirqThreads(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => nameOf(pid).startsWith('ksoftirqd/'));
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1');
  } catch {
    // It has ended since the folder was read.
    return '';
  }
}
