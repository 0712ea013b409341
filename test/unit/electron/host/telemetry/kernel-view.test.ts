import { expect, it } from 'vitest';
import { Samples } from '../../../../../electron/host/telemetry/samples.ts';
import { kernelLately } from '../../../../../electron/host/telemetry/kernel-view.ts';
import { balancerStats, processStats } from '../../../../support/stats.ts';

const kernel = (packets: number) => ({
  plane: 'kube-proxy',
  rules: [
    { chain: 'KUBE-SVC-X', text: '-j KUBE-SEP-Y', packets, bytes: packets * 60 },
    { chain: 'pick', text: 'numgen', packets: null, bytes: null },
  ],
  dropped: null,
  trouble: null,
});
const network = (sentBytes: number) => ({ receivedBytes: 0, receivedPackets: 0, sentBytes, sentPackets: 0 });

it('shows each rule with its rate, and what left each interface', () => {
  const samples = new Samples();
  for (const [at, packets, sent, micros] of [
    [1000, 10, 0, 0],
    [3000, 30, 5000, 1_000_000],
  ] as const)
    samples.add('worker', {
      at,
      stats: balancerStats({
        role: 'kube-node',
        process: {
          ...processStats('worker', 0, at),
          network: network(sent),
          cpuMicros: micros / 2,
          machine: { cores: 2, busyMicros: micros, softirqMicros: micros / 10 },
        },
        kernel: kernel(packets),
      }),
    });
  const view = kernelLately(samples, 3100);
  expect(view.planes[0]?.rules.map(({ packets, perSecond }) => [packets, perSecond])).toEqual([
    [30, 10],
    [null, null],
  ]);
  expect(view.interfaces).toEqual([
    {
      node: 'worker',
      receivedBytes: 0,
      sentBytes: 5000,
      receivedPerSecond: 0,
      sentPerSecond: 2500,
      cpu: 0.25,
    },
  ]);
  expect(view.machine).toEqual({ cores: 2, busy: 0.5, softirq: 0.05 });
  // A node that has gone silent says nothing of the present.
  expect(kernelLately(samples, 60_000)).toMatchObject({ planes: [], interfaces: [] });
});

it.each([
  ['has a clock, over the last moments', [90_000, 110_000], 100],
  ['has none', [undefined, undefined], null],
])('what one dropped packet took: the program that drops %s', (_, [first, last], each) => {
  const samples = new Samples();
  for (const [at, packets, nanos] of [
    [1000, 100, first],
    [3000, 300, last],
  ] as const)
    samples.add('early', {
      at,
      stats: balancerStats({
        process: processStats('early', 0, at),
        kernel: {
          ...kernel(0),
          dropped: { packets, bytes: 60 * packets, ...(nanos === undefined ? {} : { nanos }) },
        },
      }),
    });
  expect(kernelLately(samples, 3100).planes[0]).toMatchObject({ droppedPerSecond: 100, dropNanos: each });
});
