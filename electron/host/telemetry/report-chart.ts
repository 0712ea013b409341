import type { TimelineEntry } from '../../contract/measure.ts';
import type { LabReport, ReportChart, ReportLine } from '../../contract/report.ts';
import { escapeHtml } from './escape-html.ts';

const width = 900;
const height = 180;
const left = 52;
const bottom = 22;
const top = 8;
const plotWidth = width - left - 8;
const plotHeight = height - top - bottom;
const colours: Readonly<Record<ReportLine['kind'], readonly string[]>> = {
  good: ['#2c9c5a', '#12723a'],
  bad: ['#d6453d', '#8f1d17'],
  warn: ['#d99a00', '#835500'],
  dark: ['#1b1c1f', '#5a5d63'],
  plain: ['#3a86dc', '#9166d6', '#0a5cb8', '#6f38bd', '#5a5d63', '#7fb2ee'],
};
const dashes = ['', '6 3', '2 3', '8 3 2 3'];

/** One chart as SVG: a line breaks where nothing was measured, and a rule stands where something happened. */
export function chartFigure(chart: ReportChart, report: LabReport): string {
  const most = Math.max(1e-9, ...chart.lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const scale = niceTop(most);
  const x = (at: number): number =>
    round(left + ((at - report.from) / Math.max(1, report.to - report.from)) * plotWidth);
  const y = (value: number): number => round(top + plotHeight * (1 - value / scale));
  const looks = looksOf(chart.lines);
  const lines = chart.lines.map((line, index) => {
    const at = (point: number): number =>
      x(Math.min(report.to, report.from + (point + 0.5) * report.pointMs));
    const { colour, dash } = looks[index] ?? { colour: '#000', dash: '' };
    return `<path d="${pathOf(line.values, at, y)}" stroke="${colour}" stroke-dasharray="${dash}"/>`;
  });
  const marks = report.timeline
    .filter((entry) => marked.has(entry.kind))
    .map(
      (entry) =>
        `<line x1="${x(entry.at)}" x2="${x(entry.at)}" y1="${top}" y2="${top + plotHeight}" class="${entry.tone}"><title>${escapeHtml(entry.text)}</title></line>`,
    );
  const legend = chart.lines.map((line, index) => {
    const { colour, dash } = looks[index] ?? { colour: '#000', dash: '' };
    return `<span><svg width="26" height="8" aria-hidden="true"><path d="M0 4H26" stroke="${colour}" stroke-dasharray="${dash}"/></svg>${escapeHtml(line.label)}</span>`;
  });
  return `<figure><figcaption><b>${escapeHtml(chart.title)}</b>, ${escapeHtml(chart.unit)} <small>counted by ${escapeHtml(chart.witness)}. ${escapeHtml(chart.note)}</small></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(chart.title)}">
${[0, 0.5, 1].map((part) => axis(scale * part, y(scale * part))).join('')}
${marks.join('')}${lines.join('')}
<text x="${left}" y="${height - 6}">0 s</text><text x="${width - 8}" y="${height - 6}" text-anchor="end">${round((report.to - report.from) / 1000)} s</text>
</svg><p class="legend">${legend.join('')}</p></figure>`;
}

const marked = new Set<TimelineEntry['kind']>(['fault', 'setting', 'health', 'node', 'alert']);

/** Colour is never alone: two lines of one meaning differ in their dashes too. */
function looksOf(lines: readonly ReportLine[]): readonly { colour: string; dash: string }[] {
  const used = new Map<ReportLine['kind'], number>();
  return lines.map(({ kind }) => {
    const index = used.get(kind) ?? 0;
    used.set(kind, index + 1);
    const family = colours[kind];
    return { colour: family[index % family.length] ?? '#000', dash: dashes[index % dashes.length] ?? '' };
  });
}

function pathOf(
  values: readonly (number | null)[],
  x: (point: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let drawing = false;
  for (const [point, value] of values.entries()) {
    // A round cap draws the single point that a line of no length is.
    if (value !== null) path += drawing ? `L${x(point)} ${y(value)}` : `M${x(point)} ${y(value)}h0`;
    drawing = value !== null;
  }
  return path;
}

function axis(value: number, y: number): string {
  return `<line x1="${left}" x2="${width - 8}" y1="${y}" y2="${y}" class="grid"/><text x="${left - 6}" y="${y + 4}" text-anchor="end">${round(value)}</text>`;
}

/** The least of 1, 2 or 5 times a power of ten that holds the value. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
