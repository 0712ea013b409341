import type { BurnAlert, BurnWindow, Slo } from '../../contract/budget.ts';
import type { ClientStats } from '../../../docker/protocol/stats.ts';
import { outcomeClass } from './outcome-class.ts';

/** Requests that ended, and those of them that went badly, since the measurement began. */
export interface CountPoint {
  readonly at: number;
  readonly requests: number;
  readonly bad: number;
}

interface Rule {
  readonly id: BurnAlert['id'];
  readonly threshold: number;
  readonly longMs: number;
  readonly shortMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * The usual multi-window pairs for 30 days: 14.4 over an hour is 2 % of the budget, 6 over six hours is 5 %. The short
 * window makes the alert end soon after the harm does.
 */
export const rules: readonly Rule[] = [
  { id: 'page', threshold: 14.4, longMs: hourMs, shortMs: 5 * minuteMs },
  { id: 'ticket', threshold: 6, longMs: 6 * hourMs, shortMs: 30 * minuteMs },
];

export const longestWindowMs = 6 * hourMs;

/** A request is bad when its answer was a 5xx, or gRPC's like, or never came; a 4xx is the client's own doing. */
export function countsOf(stats: ClientStats): { readonly requests: number; readonly bad: number } {
  let serverErrors = 0;
  for (const [status, count] of Object.entries(stats.byStatus)) {
    if (outcomeClass(status) === 'server-error') serverErrors += count;
  }
  return { requests: stats.answered + stats.failed, bad: serverErrors + stats.failed };
}

/**
 * Pure: the burn rate of one window that ends at the newest point. What the window holds from before the measurement
 * is taken as clean traffic at the same rate: without that, the first bad answer of a young lab would fire everything.
 */
export function burnOf(points: readonly CountPoint[], realMs: number, scale: number, slo: Slo): BurnWindow {
  const labMs = realMs / scale;
  const [first, last] = [points[0], points.at(-1)];
  const nothing = { realMs, labMs, coveredMs: 0, requests: 0, bad: 0, burn: null };
  if (first === undefined || last === undefined || last.at <= first.at) return nothing;
  const start = newestAt(points, last.at - labMs) ?? first;
  const coveredMs = Math.min(labMs, last.at - start.at);
  const requests = last.requests - start.requests;
  const bad = last.bad - start.bad;
  if (requests === 0) return { ...nothing, coveredMs };
  const share = bad / (requests * (labMs / coveredMs));
  return { realMs, labMs, coveredMs, requests, bad, burn: share / (1 - slo.objective) };
}

/** Pure: an alert as it stands at the newest point, without its past. */
export function alertOf(
  points: readonly CountPoint[],
  rule: Rule,
  scale: number,
  slo: Slo,
): Omit<BurnAlert, 'firedAt' | 'firedAfterMs'> {
  const long = burnOf(points, rule.longMs, scale, slo);
  const short = burnOf(points, rule.shortMs, scale, slo);
  return {
    id: rule.id,
    threshold: rule.threshold,
    long,
    short,
    firing: (long.burn ?? 0) >= rule.threshold && (short.burn ?? 0) >= rule.threshold,
    wouldFireAfterMs: timeToFire(short, long.labMs, rule.threshold, slo),
  };
}

/** With a clean past and a steady share e of bad answers, the long window reaches its threshold after T x t x b / e. */
function timeToFire(short: BurnWindow, longMs: number, threshold: number, slo: Slo): number | null {
  if (short.requests === 0) return null;
  const share = short.bad / short.requests;
  const needed = threshold * (1 - slo.objective);
  return share < needed ? null : (longMs * needed) / share;
}

/** The newest point at or before a time, by halving: six hours of seconds are twenty thousand points. */
function newestAt(points: readonly CountPoint[], at: number): CountPoint | undefined {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return points[low - 1];
}
