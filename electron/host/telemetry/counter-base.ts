import type { Stats } from '../../../docker/protocol/stats.ts';
import { sameProcess } from './tick.ts';

/**
 * A process that ends takes its counters with it. The last sample of each ended process is kept and added, so that a
 * node's totals never run backwards; what it counted after that sample is unwitnessed, and bounded, not guessed.
 */
export class CounterBase {
  private readonly ended = new Map<string, Stats[]>();
  private readonly last = new Map<string, Stats>();
  private lostAtMost = 0;

  add(node: string, stats: Stats): void {
    const before = this.last.get(node);
    if (before !== undefined && !sameProcess(before, stats)) {
      this.ended.set(node, [...(this.ended.get(node) ?? []), before]);
      this.lostAtMost += sampleBound(before);
    }
    this.last.set(node, stats);
  }

  all(): readonly Stats[] {
    return [...[...this.ended.values()].flat(), ...this.last.values()];
  }

  get unwitnessedAtMost(): number {
    return this.lostAtMost;
  }
}

/** What a process could have counted in the half second around its last sample, at the rate it had all along. */
function sampleBound(stats: Stats): number {
  const seconds = Math.max(0.25, (stats.process.at - stats.process.startedAt) / 1000);
  const total =
    stats.role === 'client'
      ? stats.scheduled
      : stats.role === 'backend'
        ? Object.values(stats.requests).reduce((sum, counts) => sum + counts.received, 0)
        : stats.role === 'l4' || stats.role === 'l7' || stats.role === 'kube-node'
          ? stats.connections.accepted
          : 0;
  return Math.ceil((total / seconds) * 0.5) + 1;
}
