import type {
  BackendStats,
  BalancerStats,
  ClientStats,
  KubeletStats,
} from '../../../docker/protocol/stats.ts';
import type { Evidence, Sample } from './evidence.ts';

/** Two readings of one node's counters, and what lies between them. */
export interface Span<S> {
  readonly first: S;
  readonly last: S;
  readonly ms: number;
}

/**
 * Ever wider looks past the time asked for, a quarter further each: samples come every 250 ms, later on a busy machine,
 * and thin out with age to one a minute.
 */
const looks = [0, ...Array.from({ length: 27 }, (_, step) => 250 * 1.25 ** step)];

/** The first sample taken at or after a time, so that nothing from before it is counted; null if none is there yet. */
export function firstSampleSince(evidence: Evidence, node: string, from: number): Sample | null {
  for (const later of looks) {
    const sample = evidence.stats(node, from + later);
    if (sample !== null && sample.at >= from) return sample;
  }
  return null;
}

/**
 * From when on a share is counted: the step's opening, or the last thing that somebody changed after it. What was
 * measured before that change says nothing of the world as it is now.
 */
export function judgedSince(evidence: Evidence): number {
  const changes = evidence.acts.filter((act) => act.kind !== 'command').map((act) => act.at);
  return Math.max(evidence.stepOpenedAt, ...changes);
}

/** A program that started anew counts from zero: its counters before and after do not subtract. */
export function clientSpan(evidence: Evidence, node: string, from: number): Span<ClientStats> | null {
  return nodeSpan(evidence, node, from, isClient);
}

/** Two readings of any node from a time on, as long as it is the same process. */
export function nodeSpan<S extends AnyStats>(
  evidence: Evidence,
  node: string,
  from: number,
  is: (stats: AnyStats) => S | null,
): Span<S> | null {
  const newest = evidence.stats(node);
  const oldest = firstSampleSince(evidence, node, from);
  const last = newest === null ? null : is(newest.stats);
  const first = oldest === null ? null : is(oldest.stats);
  if (newest === null || oldest === null || last === null || first === null) return null;
  if (first.process.startedAt !== last.process.startedAt) return null;
  return { first, last, ms: newest.at - oldest.at };
}

/** The end of a span: from the newest sample that is at least so old, or all of it where it is no longer than that. */
export function lastPart(
  whole: Span<ClientStats>,
  ms: number,
  client: string,
  evidence: Evidence,
): Span<ClientStats> {
  const newest = evidence.stats(client);
  const start = newest === null ? null : evidence.stats(client, newest.at - ms);
  const first = start === null ? null : isClient(start.stats);
  if (newest === null || start === null || first === null || whole.ms <= ms) return whole;
  return { first, last: whole.last, ms: newest.at - start.at };
}

type AnyStats = Sample['stats'];

export function isClient(stats: AnyStats): ClientStats | null {
  return stats.role === 'client' ? stats : null;
}

export function isBalancer(stats: AnyStats): BalancerStats | null {
  return stats.role === 'l4' || stats.role === 'l7' || stats.role === 'kube-node' ? stats : null;
}

export function isKubelet(stats: AnyStats): KubeletStats | null {
  return stats.role === 'kubelet' ? stats : null;
}

export function isBackend(stats: AnyStats): BackendStats | null {
  return stats.role === 'backend' ? stats : null;
}
