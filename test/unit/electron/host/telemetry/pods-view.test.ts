import { balancerStats } from '../../../../support/stats.ts';
import { expect, it } from 'vitest';
import type { Stats } from '../../../../../docker/protocol/stats.ts';
import { kubeletsOf } from '../../../../../electron/host/telemetry/pods-view.ts';

const process = { node: 'kubelet', startedAt: 1, at: 2, rssBytes: 3, cpuMicros: 4 };

it('shows each pod with its probes in the order in which they matter, and nobody else', () => {
  const kubelet: Stats = {
    role: 'kubelet',
    process,
    pods: {
      'pod-1': {
        phase: 'back-off',
        ready: false,
        deleting: false,
        restarts: 3,
        until: 9000,
        published: 'not-ready',
        probes: {
          liveness: { result: 'failure', inARow: 2, last: { at: 1, ok: false, detail: 'HTTP 503' } },
          startup: { result: 'success', inARow: 1, last: null },
        },
      },
    },
  };
  const latest = new Map<string, Stats>([
    ['kubelet', kubelet],
    ['kube-node', balancerStats({ role: 'kube-node', process })],
  ]);
  expect(kubeletsOf(latest)).toEqual([
    {
      kubelet: 'kubelet',
      pods: [
        {
          pod: 'pod-1',
          phase: 'back-off',
          ready: false,
          restarts: 3,
          until: 9000,
          published: 'not-ready',
          probes: [
            { kind: 'startup', result: 'success', inARow: 1, detail: '' },
            { kind: 'liveness', result: 'failure', inARow: 2, detail: 'HTTP 503' },
          ],
        },
      ],
    },
  ]);
});
