import { expect, test } from 'vitest';
import type { Tick } from '../../../../electron/contract/measure.ts';
import { poolChart, processorChart, storeChart } from '../../../../renderer/charts/lines.ts';
import type { ChartKind } from '../../../../renderer/charts/lines.ts';

const tick: Tick = {
  seq: 1,
  at: 1000,
  lengthMs: 250,
  clients: {},
  backends: {},
  memory: {},
  cpu: { proxy: 0.25 },
  balancers: {
    proxy: {
      layer: 'l7',
      connections: 0,
      open: 10_000,
      bytesIn: 0,
      bytesOut: 0,
      requests: 0,
      outcomes: {},
      queued: 60,
      targets: {
        a: { connections: 0, open: 40, failed: 0 },
        b: { connections: 0, open: 60, failed: 0 },
      },
    },
  },
  stores: { pooler: { answers: true, figures: { clients: 60, servers: 5 }, gained: {} } },
};

const read = (kind: ChartKind | null) =>
  Object.fromEntries(kind?.lines.map(({ label, value }) => [label, value(tick)]) ?? []);

test('a proxy’s other side is the sum of its targets, with who waits', () => {
  expect(read(poolChart('proxy'))).toEqual({ open: 100, 'requests waiting': 60 });
  expect(read(poolChart('another')).open).toBeNaN();
});

test('a pooler shows both its sides, and a figure that it has not given is a gap', () => {
  expect(read(storeChart('pooler', 'pgbouncer'))).toEqual({
    clients: 60,
    'to the database': 5,
    'clients waiting': NaN,
  });
  expect(storeChart('names', 'dns')).toBeNull();
});

test('processor time is a share of one core, and unknown where it was not read', () => {
  expect(read(processorChart(['proxy', 'edge']))).toEqual({ proxy: 25, edge: NaN });
});
