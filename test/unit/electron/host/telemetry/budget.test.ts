import { describe, expect, it } from 'vitest';
import type { Stats } from '../../../../../docker/protocol/stats.ts';
import { ErrorBudget } from '../../../../../electron/host/telemetry/budget.ts';
import type { AlertChange } from '../../../../../electron/host/telemetry/budget.ts';
import { clientStats, processStats } from '../../../../support/stats.ts';

function client(answered: number, bad: number, startedAt = 0): ReadonlyMap<string, Stats> {
  const byStatus = { 200: answered - bad, 500: bad };
  return new Map([
    ['client', clientStats({ answered, byStatus, process: processStats('client', startedAt) })],
  ]);
}

/** 100 requests a second; half of them go badly from `badFrom` to `badTo`. */
function run(budget: ErrorBudget, seconds: number, badFrom: number, badTo: number): void {
  for (let s = 0; s <= seconds; s++) {
    const bad = Math.max(0, Math.min(s, badTo) - badFrom) * 50;
    budget.add(s * 1000, () => client(s * 100, bad));
  }
}

describe('ErrorBudget', () => {
  it('tells once when an alert fires and once when it ends, with the time from the first bad answer', () => {
    const told: AlertChange[] = [];
    const budget = new ErrorBudget(60, 0, (change) => told.push(change));
    run(budget, 120, 70, 90);
    const pages = told.filter(({ text }) => text.includes('page'));
    expect(pages.map(({ on }) => on)).toEqual([true, false]);
    // 14.4 x 0.001 x 60 s / 0.5 = 1.7 s: the second point after the first bad one.
    expect(pages[0]?.at).toBe(72_000);
    expect(pages[0]?.text).toBe(
      'Burn-rate page alert, 14.4 times over 1 h and 5 min would fire now (here 1 min and 5 s), 1 s after the first bad answer',
    );
    expect(budget.view()?.alerts[0]).toMatchObject({ firing: false, firedAt: 72_000, firedAfterMs: 1000 });
  });

  it('says what share of the period is spent at the rate measured', () => {
    const budget = new ErrorBudget(1, 0, () => undefined);
    run(budget, 100, 0, 1);
    const view = budget.view();
    // 100 a second for 30 days, one in a thousand of it.
    expect(view?.allowed).toBeCloseTo(259_200, 0);
    expect(view?.spent).toBeCloseTo(50 / 259_200, 8);
    expect(view).toMatchObject({ requests: 10_000, bad: 50, witnesses: ['client'] });
  });

  it('judges the past anew under another objective', () => {
    const told: AlertChange[] = [];
    const budget = new ErrorBudget(60, 0, (change) => told.push(change));
    budget.set({ objective: 0.5, periodDays: 30 });
    run(budget, 75, 70, 90);
    expect(told).toEqual([]);
    budget.set({ objective: 0.999, periodDays: 30 });
    expect(told.map(({ on }) => on)).toEqual([true, true]);
  });

  it('counts over a restart of the client, and not what a client counted before it was watched', () => {
    const budget = new ErrorBudget(1, 1000, () => undefined);
    budget.add(1000, () => client(500, 100, 0));
    budget.add(2000, () => client(600, 110, 0));
    budget.add(3000, () => client(40, 5, 2500));
    expect(budget.view()).toMatchObject({ requests: 140, bad: 15 });
  });

  it('has no view before a client has said anything', () => {
    const budget = new ErrorBudget(1, 0, () => undefined);
    expect(budget.add(1000, () => new Map())).toBe(false);
    expect(budget.view()).toBeNull();
  });
});
