import { probeKinds } from '../../../docker/protocol/kubelet.ts';
import type { PodStats } from '../../../docker/protocol/kubelet.ts';
import type { Stats } from '../../../docker/protocol/stats.ts';
import type { KubeletHealth, PodRow } from '../../contract/measure.ts';

/** Pure: each kubelet's pods as its newest sample has them. */
export function kubeletsOf(latest: ReadonlyMap<string, Stats>): readonly KubeletHealth[] {
  return [...latest].flatMap(([kubelet, stats]) =>
    stats.role === 'kubelet'
      ? [{ kubelet, pods: Object.entries(stats.pods).map(([pod, one]) => podRow(pod, one)) }]
      : [],
  );
}

function podRow(pod: string, { phase, ready, restarts, until, published, probes }: PodStats): PodRow {
  return {
    pod,
    phase,
    ready,
    restarts,
    until,
    published,
    probes: probeKinds.flatMap((kind) => {
      const probe = probes[kind];
      if (probe === undefined) return [];
      return [{ kind, result: probe.result, inARow: probe.inARow, detail: probe.last?.detail ?? '' }];
    }),
  };
}
