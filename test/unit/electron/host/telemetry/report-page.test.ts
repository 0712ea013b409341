import { describe, expect, it } from 'vitest';
import type { LabReport } from '../../../../../electron/contract/report.ts';
import type { Tick } from '../../../../../electron/contract/measure.ts';
import { ErrorBudget } from '../../../../../electron/host/telemetry/budget.ts';
import { niceTop } from '../../../../../electron/host/telemetry/report-chart.ts';
import { reportPage } from '../../../../../electron/host/telemetry/report-page.ts';
import { ReportSeries } from '../../../../../electron/host/telemetry/report-series.ts';
import { clientStats } from '../../../../support/stats.ts';

function tick(at: number, lengthMs: number, rate: number, p99Ms: number | null): Tick {
  const client = {
    offered: rate,
    answered: rate,
    outcomes: { '2xx': rate },
    p50Ms: null,
    p95Ms: null,
    p99Ms,
    inFlight: 0,
    lagMs: 0,
  };
  return { seq: at, at, lengthMs, clients: { client }, balancers: {}, backends: {}, memory: {} };
}

describe('ReportSeries', () => {
  it('takes rates by their weighted mean, latency by its worst, and leaves a gap a gap', () => {
    const series = new ReportSeries({ from: 0, to: 3999 }, 4);
    series.add(tick(0, 250, 100, 5));
    series.add(tick(300, 750, 200, 40));
    series.add(tick(3500, 250, 10, null));
    expect(series.pointMs).toBe(1000);
    const [outcomes, latency] = series.charts();
    expect(outcomes?.lines[0]?.values).toEqual([175, null, null, 10]);
    expect(latency?.lines).toEqual([{ label: 'p99', kind: 'warn', values: [40, null, null, null] }]);
  });
});

describe('niceTop', () => {
  it.each([
    [0.3, 0.5],
    [1, 1],
    [130, 200],
    [501, 1000],
  ])('%s fits under %s', (value, top) => {
    expect(niceTop(value)).toBeCloseTo(top, 9);
  });
});

describe('reportPage', () => {
  const budget = new ErrorBudget(10, 0, () => undefined);
  for (let s = 0; s <= 20; s++) {
    const stats = clientStats({ answered: s * 100, byStatus: { 200: s * 90, 500: s * 10 } });
    budget.add(s * 1000, () => new Map([['client', stats]]));
  }
  const bill = {
    from: 100,
    to: 4100,
    requests: 37,
    named: 30,
    users: 12,
    usersAtLeast: true,
    witness: 'client',
  };
  const row = { target: 'backend-3', bill, returnBill: { ...bill, requests: 5 } };
  const report: LabReport = {
    about: {
      format: 1,
      session: 's1',
      lab: 'l',
      title: '<script>alert(1)</script>',
      engine: 'local',
      scale: 10,
      startedAt: 0,
    },
    madeAt: 60_000,
    from: 0,
    to: 3000,
    pointMs: 1000,
    charts: [
      {
        title: 'Requests',
        unit: 'per second',
        witness: 'client',
        note: '',
        lines: [{ label: '2xx', kind: 'good', values: [100, null, 50] }],
      },
    ],
    timeline: [
      { seq: 1, at: 1500, kind: 'fault', node: null, target: null, tone: 'bad', text: 'on "a" & <b>' },
    ],
    settings: { client: { rate: 100 } },
    facts: {
      at: 3000,
      guide: null,
      health: [{ balancer: 'lb', rows: [row] } as never],
      ledger: { at: 1, settled: true, rows: [] },
      budget: budget.view(),
    },
  };
  const page = reportPage(report);

  it('runs nothing and loads nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|href=|url\(|@import/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('on &quot;a&quot; &amp; &lt;b&gt;');
  });

  it('draws a gap as a gap, and a mark where something happened', () => {
    expect(page).toMatch(/<path d="M[\d.]+ [\d.]+h0M[\d.]+ [\d.]+h0"/);
    expect(page).toMatch(/class="bad"><title>on &quot;a&quot;/);
  });

  it('names who counted the bill and the budget', () => {
    expect(page).toContain('<td>37</td><td>30</td><td>at least 12</td><td>4 s</td><td>client</td>');
    expect(page).toContain('on return, still broken');
    expect(page).toContain('200 bad of 2000 requests');
    expect(page).toContain('1 h (here 6 min)');
  });

  it('says when a run ended without its last counts', () => {
    expect(reportPage({ ...report, facts: null })).toContain('ended without its last counts');
  });
});
