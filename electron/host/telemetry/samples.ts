import type { Stats } from '../../../docker/protocol/stats.ts';
import type { Sample } from '../checks/evidence.ts';

/** How long samples are kept at which spacing: an hour of a lab stays a few megabytes. */
const tiers = [
  { olderThanMs: 15_000, spacingMs: 1000 },
  { olderThanMs: 60_000, spacingMs: 10_000 },
  { olderThanMs: 300_000, spacingMs: 60_000 },
] as const;
const keepForMs = 4 * 3_600_000;
const thinEvery = 64;
const keepMoments = 1000;

/** The counters of every node over time, thinned as they age. */
export class Samples {
  private readonly byNode = new Map<string, Sample[]>();
  private moments: number[] = [];
  private added = 0;

  /** The counters as they stood at this moment are kept however old they get: a bill must not change with age. */
  remember(at: number): void {
    this.moments = [...this.moments.slice(1 - keepMoments), at].sort((a, b) => a - b);
  }

  add(node: string, sample: Sample): void {
    let samples = this.byNode.get(node);
    if (samples === undefined) {
      samples = [];
      this.byNode.set(node, samples);
    }
    samples.push(sample);
    if (++this.added % thinEvery === 0)
      for (const [name, all] of this.byNode) this.byNode.set(name, thin(all, sample.at, this.moments));
  }

  /** The newest sample, or the newest at or before a time; where there is none so old, null. */
  get(node: string, at = Infinity): Sample | null {
    const samples = this.byNode.get(node);
    if (samples === undefined) return null;
    for (let i = samples.length - 1; i >= 0; i--) {
      const sample = samples[i];
      if (sample !== undefined && sample.at <= at) return sample;
    }
    return null;
  }

  latest(node: string): Stats | null {
    return this.get(node)?.stats ?? null;
  }

  nodes(): readonly string[] {
    return [...this.byNode.keys()];
  }

  forget(node: string): void {
    this.byNode.delete(node);
  }
}

/** Pure: keeps the newest dense, the older ever sparser, and the last before each remembered moment. */
export function thin(samples: readonly Sample[], now: number, moments: readonly number[] = []): Sample[] {
  const kept: Sample[] = [];
  let lastAt = -Infinity;
  let next = 0;
  for (const [index, sample] of samples.entries()) {
    const age = now - sample.at;
    if (age > keepForMs) continue;
    while ((moments[next] ?? Infinity) < sample.at) next++;
    const remembered = (moments[next] ?? Infinity) < (samples[index + 1]?.at ?? Infinity);
    const tier = tiers.findLast(({ olderThanMs }) => age > olderThanMs);
    if (!remembered && tier !== undefined && sample.at - lastAt < tier.spacingMs) continue;
    kept.push(sample);
    lastAt = sample.at;
  }
  return kept;
}
