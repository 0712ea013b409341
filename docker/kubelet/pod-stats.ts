import type { PodProbeStats, PodStats, ProbeKind } from '../protocol/kubelet.ts';
import { probeKinds } from '../protocol/kubelet.ts';
import { isReady } from './pod-machine.ts';
import type { Pod, Policy } from './pod-machine.ts';

/** A pod as the admin API shows it. */
export function podStats(pod: Pod, policy: Policy): PodStats {
  const probes: Partial<Record<ProbeKind, PodProbeStats>> = {};
  for (const kind of probeKinds) {
    const run = pod.runs[kind];
    if (run !== undefined) probes[kind] = { result: run.result, inARow: run.inARow, last: run.last };
  }
  return {
    phase: pod.phase,
    ready: isReady(pod, policy),
    deleting: pod.deleting,
    restarts: pod.restarts,
    until: pod.restartAt ?? pod.termAt ?? pod.killAt,
    published: pod.published,
    probes,
  };
}
