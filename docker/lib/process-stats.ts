import type { ProcessStats } from '../protocol/stats.ts';

const startedAt = Date.now() - Math.round(process.uptime() * 1000);

/** What this process costs. `rss` alone, because the full memoryUsage() walks the heap. */
export function processStats(node: string, now: number): ProcessStats {
  const cpu = process.cpuUsage();
  return {
    node,
    startedAt,
    at: now,
    rssBytes: process.memoryUsage.rss(),
    cpuMicros: cpu.user + cpu.system,
  };
}
