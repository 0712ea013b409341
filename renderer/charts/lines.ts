import type { Tick } from '../../electron/contract/measure.ts';
import type { StoreRole } from '../../electron/contract/session.ts';
import { byClass, outcomeClasses, outcomeWords } from '../state/outcomes.ts';

export interface Line {
  readonly label: string;
  /** A CSS custom property. */
  readonly colour: string;
  readonly dash: readonly number[];
  readonly area: boolean;
  readonly unit: string;
  /** NaN is a gap: not measured is not zero. */
  readonly value: (tick: Tick) => number;
}

export interface ChartKind {
  readonly id: string;
  readonly title: string;
  readonly witness: string;
  readonly stacked: boolean;
  readonly lines: readonly Line[];
}

const solid: readonly number[] = [];
const outcomeColours = {
  good: '--good-fill',
  'client-error': '--line-strong',
  'server-error': '--bad-fill',
  broken: '--text',
} as const;

/** What a client saw: every request by how it ended. */
export function outcomeChart(client: string): ChartKind {
  return {
    id: `outcomes-${client}`,
    title: 'Requests by outcome',
    witness: client,
    stacked: true,
    lines: outcomeClasses.map((kind) => ({
      label: outcomeWords[kind],
      colour: outcomeColours[kind],
      dash: solid,
      area: true,
      unit: '/s',
      value: (tick) => {
        const seen = tick.clients[client];
        return seen === undefined ? NaN : byClass(seen.outcomes)[kind];
      },
    })),
  };
}

export function latencyChart(client: string): ChartKind {
  const line = (label: string, key: 'p50Ms' | 'p95Ms' | 'p99Ms', dash: readonly number[]): Line => ({
    label,
    colour: '--l7-fill',
    dash,
    area: false,
    unit: ' ms',
    value: (tick) => tick.clients[client]?.[key] ?? NaN,
  });
  return {
    id: `latency-${client}`,
    title: 'Latency',
    witness: client,
    stacked: false,
    lines: [line('p50', 'p50Ms', solid), line('p95', 'p95Ms', [6, 3]), line('p99', 'p99Ms', [2, 3])],
  };
}

/** Requests that wait for an answer: what piles up when a server hangs, long before anything fails. */
export function inFlightChart(client: string): ChartKind {
  return {
    id: `in-flight-${client}`,
    title: 'In flight',
    witness: client,
    stacked: false,
    lines: [
      {
        label: 'waiting for an answer',
        colour: '--l7-fill',
        dash: solid,
        area: true,
        unit: '',
        value: (tick) => tick.clients[client]?.inFlight ?? NaN,
      },
    ],
  };
}

/** What the balancer's own counters say of connections; it needs to read no request for that. */
export function connectionChart(balancer: string): ChartKind {
  const line = (label: string, key: 'connections' | 'open', dash: readonly number[], unit: string): Line => ({
    label,
    colour: '--l4-fill',
    dash,
    area: false,
    unit,
    value: (tick) => tick.balancers[balancer]?.[key] ?? NaN,
  });
  return {
    id: `connections-${balancer}`,
    title: 'Connections',
    witness: balancer,
    stacked: false,
    lines: [line('new', 'connections', solid, '/s'), line('open', 'open', [6, 3], '')],
  };
}

/** The other side of a proxy: far fewer connections than its clients hold, and a queue where they are too few. */
export function poolChart(proxy: string): ChartKind {
  const line = (label: string, dash: readonly number[], value: Line['value']): Line => ({
    label,
    colour: '--l7-fill',
    dash,
    area: false,
    unit: '',
    value,
  });
  return {
    id: `pool-${proxy}`,
    title: 'Connections to targets',
    witness: proxy,
    stacked: false,
    lines: [
      line('open', solid, (tick) => {
        const targets = tick.balancers[proxy]?.targets;
        return targets === undefined ? NaN : Object.values(targets).reduce((sum, { open }) => sum + open, 0);
      }),
      line('requests waiting', [6, 3], (tick) => tick.balancers[proxy]?.queued ?? NaN),
    ],
  };
}

export function byteChart(balancer: string): ChartKind {
  const line = (label: string, key: 'bytesIn' | 'bytesOut', dash: readonly number[]): Line => ({
    label,
    colour: '--l4-fill',
    dash,
    area: false,
    unit: ' KiB/s',
    value: (tick) => (tick.balancers[balancer]?.[key] ?? NaN) / 1024,
  });
  return {
    id: `bytes-${balancer}`,
    title: 'Bytes',
    witness: balancer,
    stacked: false,
    lines: [line('in', 'bytesIn', solid), line('out', 'bytesOut', [6, 3])],
  };
}

/** What balancing costs: processor time of each balancer, side by side. */
export function processorChart(balancers: readonly string[]): ChartKind {
  const dashes: readonly (readonly number[])[] = [solid, [6, 3], [2, 3], [8, 3, 2, 3]];
  return {
    id: `processor-${balancers.join('-')}`,
    title: 'Processor',
    witness: balancers.join(', '),
    stacked: false,
    lines: balancers.map((balancer, index) => ({
      label: balancer,
      colour: '--line-strong',
      dash: dashes[index % dashes.length] ?? solid,
      area: false,
      unit: ' % of a core',
      value: (tick) => (tick.cpu?.[balancer] ?? NaN) * 100,
    })),
  };
}

/** Whom a real store has on the line, by its own statistics. */
export function storeChart(store: string, role: StoreRole): ChartKind | null {
  const figures = storeLines[role];
  if (figures === undefined) return null;
  return {
    id: `store-${store}`,
    title: 'Connections',
    witness: store,
    stacked: false,
    lines: figures.map(([figure, label, dash]) => ({
      label,
      colour: '--l4-fill',
      dash,
      area: false,
      unit: '',
      value: (tick) => tick.stores?.[store]?.figures[figure] ?? NaN,
    })),
  };
}

type StoreLine = readonly [figure: string, label: string, dash: readonly number[]];

const storeLines: Readonly<Partial<Record<StoreRole, readonly StoreLine[]>>> = {
  redis: [['clients', 'clients', solid]],
  postgres: [
    ['clients', 'sessions of clients', solid],
    ['active', 'at work', [2, 3]],
  ],
  pgbouncer: [
    ['clients', 'clients', solid],
    ['servers', 'to the database', [6, 3]],
    ['waiting', 'clients waiting', [2, 3]],
  ],
  mqtt: [['clients', 'clients', solid]],
};

/** The tick whose time is nearest, for reading values under the crosshair. */
export function nearest(ticks: readonly Tick[], at: number): Tick | undefined {
  let best: Tick | undefined;
  for (const tick of ticks) {
    if (best === undefined || Math.abs(tick.at - at) < Math.abs(best.at - at)) best = tick;
  }
  return best;
}
