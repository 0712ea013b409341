import { readFileSync } from 'node:fs';
import type { ProcessStats } from '../protocol/stats.ts';
import { networkStats } from './network-stats.ts';

const startedAt = Date.now() - Math.round(process.uptime() * 1000);

/** What this process costs. */
export function processStats(node: string, now: number): ProcessStats {
  const cpu = process.cpuUsage();
  return {
    node,
    startedAt,
    at: now,
    rssBytes: ownMemory(),
    cpuMicros: cpu.user + cpu.system,
    network: networkStats(),
  };
}

/**
 * Resident memory that is this process's own, which is what a container's limit is spent on. Plain RSS adds some 50 MB of
 * Node's executable, mapped from the page cache and shared by all nodes. Elsewhere than on Linux only RSS is to be had.
 */
function ownMemory(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const status = readFileSync('/proc/self/status', 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return (kib('RssAnon') + kib('RssShmem')) * 1024;
}
