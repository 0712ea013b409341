import { readFileSync, readdirSync } from 'node:fs';
import { processStats } from '../lib/process-stats.ts';
import type { ProcessStats } from '../protocol/stats.ts';

/** The system's processes cost, too: their own memory is added to this program's. Shared memory is counted once. */
export function containerStats(node: string, now: number): ProcessStats {
  const own = processStats(node, now);
  const others = processIds().filter((pid) => pid !== process.pid);
  const memory = others.map(memoryOf);
  const shared = Math.max(0, ...memory.map(({ shmem }) => shmem));
  return { ...own, rssBytes: own.rssBytes + memory.reduce((sum, { anon }) => sum + anon, 0) + shared };
}

/** Every process that stems from `root`, itself included: PostgreSQL's do not stay in its process group. */
export function familyOf(root: number): readonly number[] {
  const parents = new Map(processIds().map((pid) => [pid, parentOf(pid)]));
  const isFamily = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isFamily(parents.get(pid)));
  return [...parents.keys()].filter(isFamily);
}

function processIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number | undefined {
  return field(statusOf(pid), 'PPid') || undefined;
}

function memoryOf(pid: number): { readonly anon: number; readonly shmem: number } {
  const status = statusOf(pid);
  return { anon: field(status, 'RssAnon') * 1024, shmem: field(status, 'RssShmem') * 1024 };
}

/** Empty for a process that has just ended. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}
