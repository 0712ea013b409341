import type { BudgetView, BurnAlert, Slo } from '../../contract/budget.ts';
import type { ClientStats, Stats } from '../../../docker/protocol/stats.ts';
import { alertOf, countsOf, longestWindowMs, rules } from './burn.ts';
import type { CountPoint } from './burn.ts';
import { sameProcess } from './tick.ts';

/** One point a second: an alert of minutes needs no finer one, and six hours stay under a megabyte. */
const pointEveryMs = 1000;
const dayMs = 86_400_000;
export const usualSlo: Slo = { objective: 0.999, periodDays: 30 };

export interface AlertChange {
  readonly at: number;
  readonly on: boolean;
  readonly text: string;
}

/** Follows the clients' counters, and says when an alert would have fired and when it would have ended. */
export class ErrorBudget {
  private readonly scale: number;
  private readonly since: number;
  private readonly told: (change: AlertChange) => void;
  private readonly last = new Map<string, ClientStats>();
  private objective: Slo = usualSlo;
  private points: CountPoint[] = [];
  private requests = 0;
  private bad = 0;
  private badSince: number | null = null;
  private lastBadAt = -Infinity;
  private alerts: readonly BurnAlert[] = [];

  constructor(scale: number, since: number, told: (change: AlertChange) => void) {
    this.scale = scale;
    this.since = since;
    this.told = told;
  }

  /** Cheap to call at every tick: it works once a second. */
  add(at: number, samples: () => ReadonlyMap<string, Stats>): boolean {
    const newest = this.points.at(-1);
    if (newest !== undefined && at - newest.at < pointEveryMs) return false;
    const badBefore = this.bad;
    for (const [node, stats] of samples()) if (stats.role === 'client') this.count(node, stats);
    if (this.last.size === 0) return false;
    this.points.push({ at, requests: this.requests, bad: this.bad });
    this.trim(at);
    if (this.bad > badBefore) this.sawBad(at);
    this.judge(at);
    return true;
  }

  set(slo: Slo): void {
    this.objective = slo;
    this.alerts = [];
    const at = this.points.at(-1)?.at;
    if (at !== undefined) this.judge(at);
  }

  view(): BudgetView | null {
    const [first, last] = [this.points[0], this.points.at(-1)];
    if (first === undefined || last === undefined) return null;
    const periodMs = (this.objective.periodDays * dayMs) / this.scale;
    const perMs = last.at > this.since ? this.requests / (last.at - this.since) : 0;
    const allowed = perMs * periodMs * (1 - this.objective.objective);
    return {
      slo: this.objective,
      scale: this.scale,
      witnesses: [...this.last.keys()],
      since: this.since,
      at: last.at,
      requests: this.requests,
      bad: this.bad,
      allowed: allowed > 0 ? allowed : null,
      spent: allowed > 0 ? this.bad / allowed : null,
      alerts: this.alerts,
      how: howOf(this.scale),
    };
  }

  private count(node: string, stats: ClientStats): void {
    const last = this.last.get(node);
    this.last.set(node, stats);
    const now = countsOf(stats);
    // A client that ran before this measurement began brings counts that are not its own.
    const adopted = last === undefined && stats.process.startedAt < this.since;
    const was =
      last !== undefined && sameProcess(last, stats)
        ? countsOf(last)
        : adopted
          ? now
          : { requests: 0, bad: 0 };
    this.requests += now.requests - was.requests;
    this.bad += now.bad - was.bad;
  }

  private sawBad(at: number): void {
    const shortestMs = Math.min(...rules.map((rule) => rule.shortMs)) / this.scale;
    if (at - this.lastBadAt > shortestMs) this.badSince = at;
    this.lastBadAt = at;
  }

  private judge(at: number): void {
    this.alerts = rules.map((rule) => {
      const was = this.alerts.find((alert) => alert.id === rule.id);
      const now = alertOf(this.points, rule, this.scale, this.objective);
      if (now.firing && was?.firing !== true) {
        const firedAfterMs = this.badSince === null ? null : at - this.badSince;
        this.told({ at, on: true, text: firedText(now, firedAfterMs) });
        return { ...now, firedAt: at, firedAfterMs };
      }
      if (!now.firing && was?.firing === true) this.told({ at, on: false, text: `${nameOf(now)} has ended` });
      return { ...now, firedAt: was?.firedAt ?? null, firedAfterMs: was?.firedAfterMs ?? null };
    });
  }

  private trim(at: number): void {
    const oldest = at - longestWindowMs / this.scale - pointEveryMs;
    const keepFrom = this.points.findIndex((point) => point.at >= oldest);
    // Shifting thousands of points every second for one of them would be work for nothing.
    if (keepFrom > 600) this.points.splice(0, keepFrom);
  }
}

type Standing = Omit<BurnAlert, 'firedAt' | 'firedAfterMs'>;

function firedText(alert: Standing, afterMs: number | null): string {
  const here = `here ${span(alert.long.labMs)} and ${span(alert.short.labMs)}`;
  const after = afterMs === null ? '' : `, ${span(afterMs)} after the first bad answer`;
  return `${nameOf(alert)} would fire now (${here})${after}`;
}

function nameOf(alert: Standing): string {
  const windows = `${span(alert.long.realMs)} and ${span(alert.short.realMs)}`;
  return `Burn-rate ${alert.id} alert, ${alert.threshold} times over ${windows}`;
}

export function span(ms: number): string {
  if (ms >= 3_600_000) return `${figure(ms / 3_600_000)} h`;
  if (ms >= 60_000) return `${figure(ms / 60_000)} min`;
  return `${figure(ms / 1000)} s`;
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function howOf(scale: number): readonly string[] {
  return [
    'Counted by the clients, once a second: every request that ended. Bad is a 5xx, or no answer at all; a 4xx is not.',
    'Burn rate = share of bad requests in a window, divided by the share that the objective allows.',
    'An alert fires while both of its windows are at or over its threshold.',
    'The part of a window from before the measurement counts as clean traffic at the same rate.',
    scale === 1
      ? 'Windows and period are in real time.'
      : `Windows and period are ${scale} times shorter here, as the lab’s timers are; both lengths are shown.`,
  ];
}
