import type { BudgetView, BurnAlert } from '../../contract/budget.ts';
import type { Bill } from '../../contract/measure.ts';
import type { LabReport, ReportFacts } from '../../contract/report.ts';
import { span } from './budget.ts';
import { escapeHtml as e } from './escape-html.ts';
import { chartFigure } from './report-chart.ts';

/** Pure: the whole report as one page that needs nothing else. Its own policy lets no script run and nothing load. */
export function reportPage(report: LabReport): string {
  const { about, facts } = report;
  const when = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${e(about.title)}: report of a run</title>
<style>${look}</style>
<h1>${e(about.title)}</h1>
<p>Lab ${e(about.lab)}, session ${e(about.session)}, on the ${about.engine} engine. ${when(report.from)} to ${when(report.to)} UTC, ${span(report.to - report.from)}.
${about.scale === 1 ? 'Timers ran in real time.' : `Check, drain, delay and back-off timers ran ${about.scale} times faster than their settings say.`}
Made ${when(report.madeAt)} UTC${facts === null ? '; the run ended without its last counts, so verdicts, bill, budget and ledger are missing' : ''}.</p>
${facts === null ? '' : verdicts(facts) + bills(facts) + budget(facts.budget) + ledger(facts)}
<h2>Charts</h2>
<p><small>An upright rule marks a fault, setting, health change, node or alert of the timeline below. A line breaks where nothing was measured.</small></p>
${report.charts.map((chart) => chartFigure(chart, report)).join('\n')}
<h2>Timeline</h2>
${table(
  ['After', 'Kind', '', 'What'],
  report.timeline.map((entry) => [
    `${((entry.at - report.from) / 1000).toFixed(1)} s`,
    entry.kind,
    entry.tone === 'neutral' ? '' : entry.tone,
    entry.text,
  ]),
)}
<h2>Settings, as they last stood</h2>
${Object.entries(report.settings)
  .map(
    ([node, settings]) =>
      `<details><summary>${e(node)}</summary><pre>${e(JSON.stringify(settings, null, 2))}</pre></details>`,
  )
  .join('\n')}
</html>
`;
}

function verdicts({ guide }: ReportFacts): string {
  if (guide === null) return '';
  const rows = guide.steps.map(({ id, state, verdict }) => [
    id,
    state,
    verdict.measured === '' ? 'nothing measured' : verdict.measured,
    verdict.expected,
  ]);
  return `<h2>Verdicts of act ${e(guide.act)}</h2>${table(['Step', 'State', 'Measured', 'Expected'], rows)}`;
}

function bills({ health }: ReportFacts): string {
  const rows = health.flatMap(({ balancer, rows: targets }) =>
    targets.flatMap((row) => [
      ...(row.bill === null ? [] : [billRow(balancer, row.target, 'before eviction', row.bill)]),
      ...(row.returnBill === undefined || row.returnBill === null
        ? []
        : [billRow(balancer, row.target, 'on return, still broken', row.returnBill)]),
    ]),
  );
  if (rows.length === 0) return '';
  const head = ['Balancer', 'Target', 'When', 'Requests', 'Answered by it', 'Users', 'For', 'Counted by'];
  return `<h2>Blind-window bill</h2>${table(head, rows)}`;
}

function billRow(balancer: string, target: string, when: string, bill: Bill): readonly string[] {
  const users = `${bill.usersAtLeast === true ? 'at least ' : ''}${bill.users}`;
  const length = bill.to === null ? 'still open' : span(bill.to - bill.from);
  return [balancer, target, when, String(bill.requests), String(bill.named), users, length, bill.witness];
}

function budget(view: BudgetView | null): string {
  if (view === null) return '';
  const spent = view.spent === null ? 'nothing counted' : `${(view.spent * 100).toFixed(2)} %`;
  return `<h2>Error budget</h2>
<p>${(view.slo.objective * 100).toFixed(3)} % over ${view.slo.periodDays} days: ${view.bad} bad of ${view.requests} requests, ${spent} of the period’s budget. Counted by ${e(view.witnesses.join(', '))}.</p>
${table(['Alert', 'Long window', 'Short window', 'Would have fired'], view.alerts.map(alertRow))}
<ul>${view.how.map((line) => `<li>${e(line)}</li>`).join('')}</ul>`;
}

function alertRow(alert: BurnAlert): readonly string[] {
  const windows = [alert.long, alert.short].map(
    (window) =>
      `${span(window.realMs)} (here ${span(window.labMs)}): ${window.burn === null ? 'no data' : `${window.burn.toFixed(1)} times`}`,
  );
  const fired =
    alert.firedAt === null
      ? 'no'
      : alert.firedAfterMs === null
        ? 'yes'
        : `${span(alert.firedAfterMs)} after the first bad answer`;
  return [`${alert.id}, at ${alert.threshold} times`, ...windows, fired];
}

function ledger({ ledger: counted }: ReportFacts): string {
  if (counted === null) return '';
  const rows = counted.rows.map((row) => [
    row.what,
    Object.entries(row.counts)
      .map(([witness, count]) => `${witness}: ${count ?? 'cannot see'}`)
      .join('; '),
    String(row.difference),
    row.unwitnessed === 0 ? '0' : `at most ${row.unwitnessed}`,
    row.note,
  ]);
  return `<h2>Ledger, ${counted.settled ? 'in a quiet system' : 'while traffic flowed'}</h2>${table(
    ['What', 'Counted by', 'Difference', 'Unwitnessed', 'Note'],
    rows,
  )}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${e(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>`;
}

const look = `
body{font:14px/1.5 system-ui,sans-serif;color:#1b1c1f;background:#fff;max-width:940px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:2rem}small{color:#5a5d63}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:3px 12px 3px 0;border-bottom:1px solid #dededa}
th{color:#5a5d63;font-weight:500}figure{margin:1rem 0}svg{width:100%;height:auto}svg path{fill:none;stroke-width:1.5;stroke-linecap:round}
svg text{font-size:11px;fill:#5a5d63}.grid{stroke:#dededa}line.good{stroke:#2c9c5a;opacity:.6}line.bad{stroke:#d6453d;opacity:.6}line.neutral{stroke:#85878c;opacity:.4}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:0;font-size:12px}.legend svg{width:26px;margin-right:5px}
pre{background:#f5f5f3;padding:8px;overflow:auto}`;
