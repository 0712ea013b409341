import type { KubeletProbe, PodProbeStats, ProbeKind } from '../protocol/kubelet.ts';

/** One probe of one container: its result so far, the run of equal outcomes, and when it is due. */
export interface ProbeRun extends PodProbeStats {
  readonly lastOk: boolean | null;
  readonly nextAt: number;
}

/** What holds before the first probe: readiness has yet to be earned, liveness yet to be lost (lb-spec 3.4). */
const initial = { startup: 'unknown', readiness: 'failure', liveness: 'success' } as const;

export function beginRun(kind: ProbeKind, probe: KubeletProbe, startedAt: number): ProbeRun {
  return {
    result: initial[kind],
    inARow: 0,
    last: null,
    lastOk: null,
    nextAt: startedAt + probe.initialDelayMs,
  };
}

/** The result changes only after so many equal outcomes in a row; a differing one begins a run of one. */
export function countOutcome(
  run: ProbeRun,
  probe: KubeletProbe,
  outcome: { readonly at: number; readonly ok: boolean; readonly detail: string },
): ProbeRun {
  const { ok } = outcome;
  const inARow = run.lastOk === ok ? run.inARow + 1 : 1;
  const needed = ok ? probe.successThreshold : probe.failureThreshold;
  const result = inARow < needed ? run.result : ok ? 'success' : 'failure';
  return { ...run, result, inARow, lastOk: ok, last: outcome };
}
