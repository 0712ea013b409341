import type { Tick } from '../../contract/measure.ts';
import type { ReportChart, ReportLine } from '../../contract/report.ts';
import type { RecordedRange } from '../../contract/recording.ts';
import { outcomeClass } from './outcome-class.ts';

type Span = Pick<RecordedRange, 'from' | 'to'>;
type Kind = ReportLine['kind'];

interface Cell {
  value: number;
  weight: number;
}

interface Row {
  readonly label: string;
  readonly kind: Kind;
  readonly how: 'mean' | 'worst';
  readonly cells: (Cell | undefined)[];
}

interface Group {
  readonly title: string;
  readonly unit: string;
  readonly witness: string;
  readonly note: string;
  readonly rows: Map<string, Row>;
}

/**
 * Ticks of any length of time folded into a chart's few hundred points: rates as their mean, weighted by each sample's
 * own length; latency as the worst. A point in which nothing was measured stays empty.
 */
export class ReportSeries {
  readonly pointMs: number;
  private readonly from: number;
  private readonly points: number;
  private readonly groups = new Map<string, Group>();

  constructor({ from, to }: Span, mostPoints = 400) {
    this.from = from;
    this.pointMs = Math.max(250, Math.ceil((to - from) / mostPoints));
    this.points = Math.max(1, Math.ceil((to - from + 1) / this.pointMs));
  }

  add(tick: Tick): void {
    for (const [node, client] of Object.entries(tick.clients)) {
      const outcomes = this.group('outcomes', node, 'Requests by outcome', 'per second');
      for (const [outcome, rate] of Object.entries(client.outcomes))
        this.put(outcomes, outcome, kindOf(outcome), 'mean', tick, rate);
      const latency = this.group(
        'latency',
        node,
        'Latency from the intended send time',
        'ms',
        'the worst sample',
      );
      for (const [label, key] of percentiles) {
        const value = client[key];
        if (value !== null)
          this.put(latency, label, label === 'p99' ? 'warn' : 'plain', 'worst', tick, value);
      }
    }
    for (const [node, balancer] of Object.entries(tick.balancers)) {
      const layer = balancer.layer === 'l4' ? 'Layer 4' : 'Layer 7';
      const targets = this.group('targets', node, `New connections to each target, ${layer}`, 'per second');
      for (const [target, { connections }] of Object.entries(balancer.targets))
        this.put(targets, target, 'plain', 'mean', tick, connections);
      if (balancer.outcomes === null) continue;
      const outcomes = this.group('outcomes', node, `Requests by outcome, ${layer}`, 'per second');
      for (const [outcome, rate] of Object.entries(balancer.outcomes))
        this.put(outcomes, outcome, kindOf(outcome), 'mean', tick, rate);
    }
    for (const [node, backend] of Object.entries(tick.backends)) {
      const served = this.group(
        'backends',
        'each backend itself',
        'Requests received by each backend',
        'per second',
      );
      this.put(served, node, 'plain', 'mean', tick, backend.requests);
    }
  }

  charts(): readonly ReportChart[] {
    const inOrder = [...this.groups].sort(([a], [b]) => rank(a) - rank(b));
    return inOrder.map(([, { rows, ...group }]) => ({
      ...group,
      lines: [...rows.values()].map(({ label, kind, cells }) => ({
        label,
        kind,
        values: Array.from({ length: this.points }, (_, index) => rounded(cells[index])),
      })),
    }));
  }

  private group(id: string, witness: string, title: string, unit: string, what = 'the mean'): Group {
    const key = `${id}/${witness}`;
    const found = this.groups.get(key);
    if (found !== undefined) return found;
    const note = `Each point is ${what} of ${(this.pointMs / 1000).toFixed(2)} s.`;
    const group = { title, unit, witness, note, rows: new Map<string, Row>() };
    this.groups.set(key, group);
    return group;
  }

  private put(group: Group, label: string, kind: Kind, how: Row['how'], tick: Tick, value: number): void {
    const index = Math.floor((tick.at - this.from) / this.pointMs);
    if (index < 0 || index >= this.points) return;
    let row = group.rows.get(label);
    if (row === undefined) group.rows.set(label, (row = { label, kind, how, cells: [] }));
    const cell = (row.cells[index] ??= { value: 0, weight: 0 });
    if (how === 'worst') {
      cell.value = Math.max(cell.value, value);
      cell.weight = 1;
      return;
    }
    const weight = Math.max(1, tick.lengthMs);
    cell.value = (cell.value * cell.weight + value * weight) / (cell.weight + weight);
    cell.weight += weight;
  }
}

/** Who was hurt comes first, then what the layers on the way saw. */
function rank(key: string): number {
  return ['outcomes', 'latency', 'targets', 'backends'].indexOf(key.slice(0, key.indexOf('/')));
}

const percentiles = [
  ['p50', 'p50Ms'],
  ['p95', 'p95Ms'],
  ['p99', 'p99Ms'],
] as const;

const kinds = { good: 'good', 'client-error': 'warn', 'server-error': 'bad', broken: 'dark' } as const;

function kindOf(outcome: string): Kind {
  return kinds[outcomeClass(outcome)];
}

function rounded(cell: Cell | undefined): number | null {
  return cell === undefined ? null : Math.round(cell.value * 100) / 100;
}
