import type { RouteStats, RoutingStats } from '../../../docker/protocol/l7/policy-stats.ts';
import type { Evidence, Sample } from './evidence.ts';
import { firstSampleSince, isBalancer } from './since.ts';

/** What one route of a proxy took between a time and now, by group; null until both are known. */
export interface RouteSpan {
  readonly requests: number;
  readonly byGroup: Readonly<Record<string, number>>;
  /** Copies that got an answer. */
  readonly mirrored: number;
}

/** Since the step opened, and not a request less: from the last reading before it, where there is one. */
export function routeSinceStep(evidence: Evidence, proxy: string, route: string): RouteSpan | null {
  const before = evidence.stats(proxy, evidence.stepOpenedAt);
  return routeSince(evidence, proxy, route, before?.at ?? evidence.stepOpenedAt);
}

export function routeSince(evidence: Evidence, proxy: string, route: string, from: number): RouteSpan | null {
  const first = read(firstSampleSince(evidence, proxy, from), route);
  const last = read(evidence.stats(proxy), route);
  // A program that started anew counts from zero: before and after do not subtract.
  if (first === null || first.startedAt !== last?.startedAt) return null;
  const groups = Object.keys(last.stats?.byGroup ?? {});
  return {
    requests: (last.stats?.requests ?? 0) - (first.stats?.requests ?? 0),
    mirrored: (last.stats?.mirrored.answered ?? 0) - (first.stats?.mirrored.answered ?? 0),
    byGroup: Object.fromEntries(
      groups.map((group) => [group, (last.stats?.byGroup[group] ?? 0) - (first.stats?.byGroup[group] ?? 0)]),
    ),
  };
}

function read(sample: Sample | null, route: string): { stats: RouteStats | null; startedAt: number } | null {
  const stats = sample === null ? null : isBalancer(sample.stats);
  if (stats === null) return null;
  const routing = stats.policies?.routing as unknown as RoutingStats | undefined;
  return { stats: routing?.routes[route] ?? null, startedAt: stats.process.startedAt };
}
