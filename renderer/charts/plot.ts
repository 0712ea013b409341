import { Chart, Filler, LinearScale, LineController, LineElement, PointElement } from 'chart.js';
import type { ChartDataset, Plugin } from 'chart.js';
import type { Tick } from '../../electron/contract/measure.ts';
import { time } from '../state/figures.ts';
import type { ChartKind } from './lines.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

export interface Marker {
  readonly at: number;
  readonly tone: 'good' | 'bad' | 'neutral';
}

export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
  readonly markers: readonly Marker[];
  readonly cursor: number | null;
}

/** Chart.js behind a small face. The instance lives outside reactive state; drawing is asked for, never animated. */
export interface Plot {
  draw(frame: Frame): void;
  timeAt(offsetX: number): number;
  dispose(): void;
}

/** Four samples. */
const longestSilenceMs = 1100;

interface Point {
  readonly x: number;
  readonly y: number;
}

export function createPlot(canvas: HTMLCanvasElement, kind: ChartKind): Plot {
  let frame: Frame = { from: 0, to: 1, ticks: [], markers: [], cursor: null };
  const overlay: Plugin<'line'> = { id: 'overlay', afterDatasetsDraw: (chart) => drawOverlay(chart, frame) };
  const chart = new Chart<'line', Point[]>(canvas, {
    type: 'line',
    data: { datasets: kind.lines.map((line, index) => dataset(kind, line, index)) },
    plugins: [overlay],
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      layout: { padding: { top: 6, right: 2 } },
      elements: { point: { radius: 0 } },
      scales: {
        x: {
          type: 'linear',
          display: true,
          border: { display: false },
          ticks: { maxRotation: 0, stepSize: 15_000 },
        },
        y: {
          beginAtZero: true,
          stacked: kind.stacked,
          border: { display: false },
          ticks: {
            maxTicksLimit: 4,
            ...(kind.lines[0]?.unit === ' ms'
              ? { callback: (value: number | string) => span(Number(value)) }
              : {}),
          },
        },
      },
    },
  });

  return {
    draw(next) {
      frame = next;
      colour(chart, kind, next.to);
      kind.lines.forEach((line, index) => {
        const set = chart.data.datasets[index];
        if (set !== undefined) set.data = points(next.ticks, line.value);
      });
      const { x } = chart.options.scales ?? {};
      if (x !== undefined) Object.assign(x, { min: next.from, max: next.to });
      chart.update('none');
    },
    timeAt: (offsetX) => chart.scales.x?.getValueForPixel(offsetX) ?? NaN,
    dispose: () => chart.destroy(),
  };
}

/**
 * A node that missed one sample gives its next rate over the whole time since, so there is nothing missing to show;
 * only a longer silence is a gap.
 */
export function points(ticks: readonly Tick[], value: (tick: Tick) => number): Point[] {
  const found: Point[] = [];
  let last: Point | undefined;
  for (const tick of ticks) {
    const point = { x: tick.at, y: value(tick) };
    if (Number.isNaN(point.y)) continue;
    if (last !== undefined && point.x - last.x > longestSilenceMs) found.push({ x: last.x + 1, y: NaN });
    found.push(point);
    last = point;
  }
  return found;
}

function dataset(
  kind: ChartKind,
  line: ChartKind['lines'][number],
  index: number,
): ChartDataset<'line', Point[]> {
  return {
    label: line.label,
    data: [],
    borderWidth: line.area ? 1 : 1.7,
    borderDash: [...line.dash],
    fill: line.area ? (index === 0 || !kind.stacked ? 'origin' : '-1') : false,
    tension: 0,
    spanGaps: false,
  };
}

/** Colours are read at every draw, so that a change of look needs no new chart. */
function colour(chart: Chart<'line', Point[]>, kind: ChartKind, now: number): void {
  const style = getComputedStyle(chart.canvas);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  kind.lines.forEach((line, index) => {
    const set = chart.data.datasets[index];
    if (set === undefined) return;
    set.borderColor = token(line.colour);
    set.backgroundColor = line.area ? `${token(line.colour)}66` : 'transparent';
  });
  const { x, y } = chart.options.scales ?? {};
  const font = { size: 10 };
  const ticks = { color: token('--muted'), font };
  if (x !== undefined) {
    Object.assign(x, { grid: { display: false } });
    Object.assign(x.ticks ?? {}, ticks, { callback: (value: number | string) => ago(Number(value), now) });
    // Whole steps back from the present, rather than wherever the range happens to begin.
    Object.assign(x, {
      afterBuildTicks: (axis: { min: number; max: number; ticks: { value: number }[] }) => {
        const marks: { value: number }[] = [];
        for (let at = axis.max; at >= axis.min; at -= 15_000) marks.unshift({ value: at });
        axis.ticks = marks;
      },
    });
  }
  if (y !== undefined) {
    Object.assign(y, { grid: { color: token('--grid') } });
    Object.assign(y.ticks ?? {}, ticks);
  }
}

/** A scale has whole steps, so it needs no decimals but where a second is divided. */
function span(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

function ago(at: number, now: number): string {
  const behind = Math.round((now - at) / 1000);
  if (behind !== 0) return `−${behind} s`;
  // A frozen or recorded picture ends at its own time, which is not the present.
  return Date.now() - now < 5000 ? 'now' : time(now);
}

/** Markers of what was done, and the crosshair that all charts share. */
function drawOverlay(chart: Chart, { markers, cursor, from, to }: Frame): void {
  const { ctx, chartArea, scales } = chart;
  const x = scales.x;
  if (x === undefined) return;
  const style = getComputedStyle(chart.canvas);
  const stroke = (at: number, token: string, dash: readonly number[]): number => {
    const px = x.getPixelForValue(at);
    ctx.strokeStyle = style.getPropertyValue(token).trim();
    ctx.setLineDash([...dash]);
    ctx.beginPath();
    ctx.moveTo(px, chartArea.top);
    ctx.lineTo(px, chartArea.bottom);
    ctx.stroke();
    return px;
  };
  ctx.save();
  ctx.lineWidth = 1;
  for (const marker of markers) {
    if (marker.at < from || marker.at > to) continue;
    const token = marker.tone === 'good' ? '--good-fill' : marker.tone === 'bad' ? '--bad-fill' : '--muted';
    const px = stroke(marker.at, token, [2, 2]);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.beginPath();
    ctx.moveTo(px - 4, chartArea.top - 5);
    ctx.lineTo(px + 4, chartArea.top - 5);
    ctx.lineTo(px, chartArea.top + 2);
    ctx.fill();
  }
  if (cursor !== null && cursor >= from && cursor <= to) stroke(cursor, '--text', []);
  ctx.restore();
}
