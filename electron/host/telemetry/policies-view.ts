import type { LimitStats, RouteStats, RoutingStats } from '../../../docker/protocol/l7/policy-stats.ts';
import type { RoutingSettings } from '../../../docker/protocol/l7/routing.ts';
import type { BalancerStats, ClientStats, MixStats } from '../../../docker/protocol/stats.ts';
import type {
  GroupRow,
  KindRow,
  LimitRow,
  PoliciesView,
  PolicyCount,
  ProxyPolicies,
  RouteRow,
} from '../../contract/policies.ts';
import type { Json } from '../../contract/session.ts';
import { countsSince, percentileOf, sumOf } from './latency-buckets.ts';
import { cacheContents, wafRows } from './proxy-rows.ts';
import { proxySides } from './proxy-sides.ts';
import type { Samples } from './samples.ts';

const windowMs = 5000;

/** What of a proxy's settings its policies' view needs; as a person states them. */
export interface StatedPolicies {
  readonly routing?: RoutingSettings;
  readonly sticky?: { readonly mode: string };
}

/** Topic `policies`, from the counters of the last moments. */
export function policiesLately(
  samples: Samples,
  now: number,
  stated: (node: string) => StatedPolicies | null,
): PoliciesView {
  const proxies: ProxyPolicies[] = [];
  const kinds: KindRow[] = [];
  for (const node of samples.nodes()) {
    const newest = samples.get(node);
    const older = samples.get(node, now - windowMs);
    if (newest === null) continue;
    const seconds = Math.max(0.25, (newest.at - (older?.at ?? newest.stats.process.startedAt)) / 1000);
    const { stats } = newest;
    if (stats.role === 'l7') {
      const before = older?.stats.role === 'l7' ? sameLife(older.stats, stats) : null;
      proxies.push(proxyPolicies(node, stated(node), before, stats, seconds));
    } else if (stats.role === 'client') {
      const before = older?.stats.role === 'client' ? sameLife(older.stats, stats) : null;
      kinds.push(...kindRows(node, before, stats, seconds));
    }
  }
  return { windowMs, proxies, kinds };
}

/** A program that started anew counts from zero. */
function sameLife<S extends BalancerStats | ClientStats>(before: S, now: S): S | null {
  return before.process.startedAt === now.process.startedAt ? before : null;
}

/** Pure. */
export function proxyPolicies(
  proxy: string,
  stated: StatedPolicies | null,
  before: BalancerStats | null,
  now: BalancerStats,
  seconds: number,
): ProxyPolicies {
  const routing = routingOf(now);
  const limits = limitsOf(now);
  const others = Object.entries(now.policies ?? {}).flatMap(([policy, stats]) =>
    policy === 'routing' || policy === 'limits' ? [] : numbersOf(policy, stats),
  );
  const was = routingOf(before);
  const wasLimits = limitsOf(before);
  return {
    proxy,
    routes: routeRows(stated?.routing, was, routing, seconds),
    groups: groupRows(stated?.routing, was, routing, seconds),
    unmatched: routing?.unmatched ?? 0,
    limits: limitRows(wasLimits, limits, seconds),
    store: limits?.store ?? null,
    others,
    sides: proxySides(before, now, seconds),
    explains: now.real === undefined,
    waf: wafRows(now),
    cache: cacheContents(now),
  };
}

function routingOf(stats: BalancerStats | null): RoutingStats | undefined {
  return stats?.policies?.routing as unknown as RoutingStats | undefined;
}

function limitsOf(stats: BalancerStats | null): LimitStats | undefined {
  return stats?.policies?.limits as unknown as LimitStats | undefined;
}

function routeRows(
  stated: RoutingSettings | undefined,
  before: RoutingStats | undefined,
  now: RoutingStats | undefined,
  seconds: number,
): readonly RouteRow[] {
  if (now === undefined) return [];
  const named = Object.keys(stated?.routes ?? {});
  const gone = Object.keys(now.routes).filter((route) => !named.includes(route));
  return [...named, ...gone].map((route) =>
    routeRow(route, stated, before?.routes[route], now.routes[route], seconds),
  );
}

function routeRow(
  name: string,
  stated: RoutingSettings | undefined,
  before: RouteStats | undefined,
  now: RouteStats | undefined,
  seconds: number,
): RouteRow {
  const route = stated?.routes[name];
  const latency = countsSince(now?.latency ?? {}, before?.latency);
  const weights = route?.forward ?? {};
  const groups = new Set([...Object.keys(weights), ...Object.keys(now?.byGroup ?? {})]);
  const mirror = route?.mirror ?? null;
  return {
    route: name,
    match: now?.match ?? '',
    does: now?.does ?? '',
    total: now?.requests ?? 0,
    perSecond: ((now?.requests ?? 0) - (before?.requests ?? 0)) / seconds,
    p50Ms: percentileOf(latency, 0.5),
    p99Ms: percentileOf(latency, 0.99),
    outcomes: classes(countsSince(now?.byStatus ?? {}, before?.byStatus), seconds),
    split: [...groups].map((group) => ({
      group,
      weight: weights[group] ?? 0,
      total: now?.byGroup[group] ?? 0,
      recent: (now?.byGroup[group] ?? 0) - (before?.byGroup[group] ?? 0),
    })),
    mirror:
      mirror === null
        ? null
        : { group: mirror.group, sent: now?.mirrored.sent ?? 0, failed: now?.mirrored.failed ?? 0 },
  };
}

function groupRows(
  stated: RoutingSettings | undefined,
  before: RoutingStats | undefined,
  now: RoutingStats | undefined,
  seconds: number,
): readonly GroupRow[] {
  return Object.entries(now?.groups ?? {}).map(([group, counts]) => ({
    group,
    targets: stated?.groups[group]?.targets ?? [],
    total: counts.requests,
    perSecond: (counts.requests - (before?.groups[group]?.requests ?? 0)) / seconds,
    inFlight: counts.inFlight,
    refused: counts.refused,
    sticky: (stated?.groups[group]?.sticky.mode ?? 'off') === 'off' ? null : counts.sticky,
  }));
}

function limitRows(
  before: LimitStats | undefined,
  now: LimitStats | undefined,
  seconds: number,
): readonly LimitRow[] {
  return Object.entries(now?.rules ?? {}).map(([rule, { words, allowed, refused }]) => ({
    rule,
    words,
    allowed,
    refused,
    allowedPerSecond: (allowed - (before?.rules[rule]?.allowed ?? 0)) / seconds,
    refusedPerSecond: (refused - (before?.rules[rule]?.refused ?? 0)) / seconds,
  }));
}

/** Plain numbers of a policy that has no table of its own. */
function numbersOf(policy: string, stats: Json): readonly PolicyCount[] {
  if (stats === null || typeof stats !== 'object' || Array.isArray(stats)) return [];
  const numbers = Object.entries(stats).filter(([, value]) => typeof value === 'number');
  return numbers.length === 0
    ? []
    : [{ policy, counts: Object.fromEntries(numbers) as Record<string, number> }];
}

/** Pure. */
export function kindRows(
  client: string,
  before: ClientStats | null,
  now: ClientStats,
  seconds: number,
): readonly KindRow[] {
  return Object.entries(now.mix ?? {}).map(([kind, stats]) => {
    const was: MixStats | undefined = before?.mix?.[kind];
    const latency = countsSince(stats.latency, was?.latency);
    return {
      client,
      kind,
      perSecond: sumOf(latency) / seconds,
      byStatus: countsSince(stats.byStatus, was?.byStatus),
      failed: stats.failed - (was?.failed ?? 0),
      p50Ms: percentileOf(latency, 0.5),
      p99Ms: percentileOf(latency, 0.99),
      byServer: countsSince(stats.byServer, was?.byServer),
    };
  });
}

function classes(
  byStatus: Readonly<Record<string, number>>,
  seconds: number,
): Readonly<Record<string, number>> {
  const rates: Record<string, number> = {};
  for (const [status, count] of Object.entries(byStatus)) {
    const key = /^\d/.test(status) ? `${status.charAt(0)}xx` : status;
    if (count > 0) rates[key] = (rates[key] ?? 0) + count / seconds;
  }
  return rates;
}
