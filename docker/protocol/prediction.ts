import type { HealthCheck } from './health-check.ts';
import type { GroupSettings } from './balancer.ts';

/** Earliest and latest, in the settings' own milliseconds, counted from the change that the check can see. */
export type Window = readonly [number, number];

export interface Prediction {
  /** Who decides: probes, real traffic, or nobody (then both windows are null: it never happens). */
  readonly rule: 'active' | 'passive' | 'never';
  /** From a fault that the check can see to eviction. Null: never, or on traffic whose spacing is not known. */
  readonly downMs: Window | null;
  /** From healing to return. */
  readonly upMs: Window | null;
  readonly words: string;
}

/** How a balancer watches its targets; a real one may lack either way altogether. */
export interface Watching {
  readonly healthCheck?: HealthCheck;
  readonly passive?: Pick<GroupSettings['passive'], 'consecutiveErrors' | 'ejectMs'> & {
    readonly maxEjectMs?: number;
  };
}

export interface Expectation {
  /** What kind of failure is expected; matters only where a wrong status evicts at once. */
  readonly failure?: 'status' | 'connection';
  /** Time between two requests to one target; passive observation depends on it and on nothing else. */
  readonly requestGapMs?: number;
}

/**
 * When will the balancer notice? A window, never a point: the fault falls anywhere between two probes. With k results
 * needed, interval i, time-out t and jitter j, the first probe that sees the fault starts within i, the k-th verdict
 * falls in [(k-1) i, k i + t + j]. A probe that hangs for longer than the interval delays the next one.
 */
export function predict(settings: Watching, expect: Expectation = {}): Prediction {
  const { healthCheck, passive } = settings;
  if (healthCheck !== undefined && healthCheck.protocol !== 'none')
    return byProbes(healthCheck, expect.failure);
  if (passive !== undefined && passive.consecutiveErrors > 0) return byTraffic(passive, expect.requestGapMs);
  return { rule: 'never', downMs: null, upMs: null, words: 'nobody looks: a target is never evicted' };
}

function byProbes(check: HealthCheck, failure: Expectation['failure']): Prediction {
  const down = window(check, check.unhealthyThreshold);
  const atOnce = window(check, 1);
  const upMs = window(check, check.healthyThreshold);
  const leaves = leaving(check);
  const returns = returning(check);
  const byStatus = check.statusFailsAtOnce && (check.protocol === 'http' || check.protocol === 'https');
  if (!byStatus) return { rule: 'active', downMs: down, upMs, words: `${leaves}, ${returns}` };
  const words = `the first wrong status evicts, otherwise ${leaves}; ${returns}`;
  if (failure === 'status') return { rule: 'active', downMs: atOnce, upMs, words };
  if (failure === 'connection') return { rule: 'active', downMs: down, upMs, words };
  return { rule: 'active', downMs: [atOnce[0], down[1]], upMs, words };
}

function window(check: HealthCheck, results: number): Window {
  const steady = check.intervalMs;
  // Between the first result of a change and its last one the fast interval applies, where there is one.
  const changing = check.fastIntervalMs > 0 ? check.fastIntervalMs : steady;
  const hanging = Math.max(changing, check.timeoutMs);
  return [
    (results - 1) * changing,
    Math.max(steady, check.timeoutMs) + (results - 1) * hanging + check.timeoutMs + check.jitterMs,
  ];
}

function byTraffic(passive: NonNullable<Watching['passive']>, gapMs: number | undefined): Prediction {
  const k = passive.consecutiveErrors;
  return {
    rule: 'passive',
    downMs: gapMs === undefined ? null : [(k - 1) * gapMs, k * gapMs],
    upMs: [passive.ejectMs, Math.max(passive.ejectMs, passive.maxEjectMs ?? 0)],
    words: `${plural(k, 'failed request')} in a row to leave, tried again by real traffic after the time-out`,
  };
}

export function leaving({ unhealthyThreshold }: Pick<HealthCheck, 'unhealthyThreshold'>): string {
  return `${plural(unhealthyThreshold, 'failure')} to leave`;
}

export function returning({ healthyThreshold }: Pick<HealthCheck, 'healthyThreshold'>): string {
  return `${plural(healthyThreshold, 'pass', 'passes')} to return`;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
