// probe outcome | what the host saw | delete | time -> pod machine -> orders for the host
import type { KubeletOrder, KubeletSettings, PodPhase, ProbeKind } from '../protocol/kubelet.ts';
import { probeKinds } from '../protocol/kubelet.ts';
import { beginRun, countOutcome } from './probe-run.ts';
import type { ProbeRun } from './probe-run.ts';

export type Policy = Omit<KubeletSettings, 'pods'>;
type Published = 'ready' | 'not-ready' | 'gone';

/** All that the kubelet knows of one pod. A new container (`generation`) begins its probes anew. */
export interface Pod {
  readonly phase: PodPhase;
  readonly generation: number;
  readonly deleting: boolean;
  readonly startedAt: number;
  readonly restarts: number;
  /** Waits before the next restart; the first one is free. */
  readonly backOffMs: number;
  readonly restartAt: number | null;
  readonly termAt: number | null;
  readonly killAt: number | null;
  readonly runs: Readonly<Partial<Record<ProbeKind, ProbeRun>>>;
  readonly published: Published | null;
  readonly toPublish: { readonly as: Published; readonly at: number } | null;
}

export type PodInput =
  | { readonly type: 'time' }
  | { readonly type: 'running'; readonly running: boolean }
  | {
      readonly type: 'probe';
      readonly kind: ProbeKind;
      readonly generation: number;
      readonly ok: boolean;
      readonly detail: string;
    }
  | { readonly type: 'delete' }
  | { readonly type: 'policy' };

export interface Decision {
  readonly pod: Pod;
  readonly orders: readonly KubeletOrder[];
}

export const newPod: Pod = {
  phase: 'unknown',
  generation: 0,
  deleting: false,
  startedAt: 0,
  restarts: 0,
  backOffMs: 0,
  restartAt: null,
  termAt: null,
  killAt: null,
  runs: {},
  published: null,
  toPublish: null,
};

/** Pure: the same pod, input, policy and time give the same decision. */
export function decide(pod: Pod, input: PodInput, policy: Policy, now: number): Decision {
  const taken = take(pod, input, policy, now);
  const timed = onTime(taken, policy, now);
  return publish(timed.pod, timed.orders, policy, now);
}

function take(pod: Pod, input: PodInput, policy: Policy, now: number): Pod {
  switch (input.type) {
    case 'time':
      return pod;
    case 'running':
      return input.running ? started(pod, policy, now) : exited(pod, policy, now);
    case 'probe':
      return probed(pod, input, policy, now);
    case 'delete':
      return deleted(pod, policy, now);
    case 'policy':
      return { ...pod, runs: runsFor(pod, policy, now) };
  }
}

function started(pod: Pod, policy: Policy, now: number): Pod {
  if (pod.phase === 'running' || pod.phase === 'stopping' || pod.phase === 'gone') return pod;
  const fresh: Pod = {
    ...pod,
    phase: 'running',
    generation: pod.generation + 1,
    startedAt: now,
    restartAt: null,
    runs: {},
  };
  return { ...fresh, runs: runsFor(fresh, policy, now) };
}

/** restartPolicy Always: the first restart is at once, each next one waits twice as long, until a good long run. */
function exited(pod: Pod, policy: Policy, now: number): Pod {
  if (pod.phase === 'gone' || pod.phase === 'back-off') return pod;
  const ended: Pod = { ...pod, termAt: null, killAt: null, runs: {} };
  if (pod.deleting) return { ...ended, phase: 'gone' };
  const ranWell = pod.startedAt > 0 && now - pod.startedAt >= policy.resetBackOffMs;
  const wait = ranWell ? 0 : pod.backOffMs;
  const next = wait === 0 ? policy.backOffMs : Math.min(wait * 2, policy.maxBackOffMs);
  return { ...ended, phase: 'back-off', backOffMs: next, restartAt: now + wait };
}

function probed(pod: Pod, input: Extract<PodInput, { type: 'probe' }>, policy: Policy, now: number): Pod {
  const { kind, ok, detail } = input;
  const probe = policy[kind];
  const run = pod.runs[kind];
  // The container that was asked is no longer there, or nobody asks this question any more.
  if (probe === null || run === undefined || input.generation !== pod.generation) return pod;
  if (!asks(pod, kind, policy)) return pod;
  const after = countOutcome(run, probe, { at: now, ok, detail });
  const next = { ...pod, runs: { ...pod.runs, [kind]: after } };
  if (after.result !== 'failure' || kind === 'readiness' || pod.phase !== 'running') return next;
  return stopping(next, policy[kind]?.graceMs ?? policy.graceMs, policy, now);
}

/** preStop, SIGTERM, SIGKILL. The grace period counts from here and includes preStop (lb-spec 3.5). */
function stopping(pod: Pod, graceMs: number, policy: Policy, now: number): Pod {
  const hookMs = graceMs === 0 ? 0 : Math.min(policy.preStopMs, graceMs);
  const termAt = now + hookMs;
  return { ...pod, phase: 'stopping', termAt, killAt: Math.max(now + graceMs, termAt + policy.leastGraceMs) };
}

function deleted(pod: Pod, policy: Policy, now: number): Pod {
  if (pod.deleting || pod.phase === 'gone') return pod;
  const leaving: Pod = { ...pod, deleting: true, restartAt: null };
  if (pod.phase === 'back-off') return { ...leaving, phase: 'gone' };
  return pod.phase === 'stopping' ? leaving : stopping(leaving, policy.graceMs, policy, now);
}

function onTime(pod: Pod, policy: Policy, now: number): { pod: Pod; orders: readonly KubeletOrder[] } {
  if (pod.phase === 'back-off' && pod.restartAt !== null && now >= pod.restartAt) {
    const starting: Pod = { ...pod, phase: 'starting', restartAt: null, restarts: pod.restarts + 1 };
    return { pod: starting, orders: [{ verb: 'start' }] };
  }
  if (pod.phase !== 'stopping') return { pod, orders: [] };
  if (pod.termAt !== null && now >= pod.termAt)
    return { pod: { ...pod, termAt: null }, orders: [{ verb: 'signal', signal: 'TERM' }] };
  if (pod.killAt !== null && pod.termAt === null && now >= pod.killAt)
    return { pod: { ...pod, killAt: null }, orders: [{ verb: 'signal', signal: 'KILL' }] };
  return { pod, orders: [] };
}

/** The endpoint follows readiness after a delay; a changed mind before it is up is not told at all. */
function publish(pod: Pod, orders: readonly KubeletOrder[], policy: Policy, now: number): Decision {
  const as = endpointOf(pod, policy);
  if (as === null) return { pod, orders };
  if (as === pod.published) return { pod: { ...pod, toPublish: null }, orders };
  const toPublish = pod.toPublish?.as === as ? pod.toPublish : { as, at: now + policy.publishDelayMs };
  if (now < toPublish.at) return { pod: { ...pod, toPublish }, orders };
  const order = { verb: 'publish', as, balancers: policy.balancers } as const;
  return { pod: { ...pod, published: as, toPublish: null }, orders: [...orders, order] };
}

/** A pod that was never seen has no endpoint; one that is being deleted stays in the slice, never ready, till gone. */
function endpointOf(pod: Pod, policy: Policy): Published | null {
  if (pod.phase === 'unknown') return null;
  if (pod.phase === 'gone') return 'gone';
  return isReady(pod, policy) ? 'ready' : 'not-ready';
}

export function isReady(pod: Pod, policy: Policy): boolean {
  if (pod.deleting || (pod.phase !== 'running' && pod.phase !== 'stopping')) return false;
  if (!hasStarted(pod, policy)) return false;
  return policy.readiness === null || pod.runs.readiness?.result === 'success';
}

/** Startup succeeds once per container; until then the other two are not asked. */
function hasStarted(pod: Pod, policy: Policy): boolean {
  return policy.startup === null || pod.runs.startup?.result === 'success';
}

/** Which probes run now. While a container is on its way out only its readiness is still asked. */
function asks(pod: Pod, kind: ProbeKind, policy: Policy): boolean {
  if (policy[kind] === null) return false;
  if (kind === 'startup') return pod.phase === 'running' && !pod.deleting && !hasStarted(pod, policy);
  if (!hasStarted(pod, policy)) return false;
  if (kind === 'liveness') return pod.phase === 'running' && !pod.deleting;
  return pod.phase === 'running' || pod.phase === 'stopping';
}

/** A probe that the policy has is kept with its counts, a new one begins; initial delays count from the start. */
function runsFor(pod: Pod, policy: Policy, now: number): Pod['runs'] {
  const runs: Partial<Record<ProbeKind, ProbeRun>> = {};
  if (pod.phase !== 'running' && pod.phase !== 'stopping') return runs;
  for (const kind of probeKinds) {
    const probe = policy[kind];
    if (probe === null) continue;
    const known = pod.runs[kind];
    runs[kind] =
      known === undefined
        ? beginRun(kind, probe, pod.startedAt)
        : { ...known, nextAt: Math.min(known.nextAt, now + probe.periodMs) };
  }
  return runs;
}

/** Probes due now, and the pod with their next turn set: one period from this one's start, never two at once. */
export function dueProbes(
  pod: Pod,
  policy: Policy,
  now: number,
): { readonly pod: Pod; readonly due: readonly ProbeKind[] } {
  const due: ProbeKind[] = [];
  const runs = { ...pod.runs };
  for (const kind of probeKinds) {
    const probe = policy[kind];
    const run = runs[kind];
    if (probe === null || run === undefined || run.nextAt > now || !asks(pod, kind, policy)) continue;
    due.push(kind);
    runs[kind] = { ...run, nextAt: now + probe.periodMs };
  }
  return { pod: due.length === 0 ? pod : { ...pod, runs }, due };
}

/** When this pod next needs a look; null where only news can move it. */
export function nextTurn(pod: Pod, policy: Policy): number | null {
  const times = [pod.restartAt, pod.termAt ?? pod.killAt, pod.toPublish?.at ?? null];
  for (const kind of probeKinds) if (asks(pod, kind, policy)) times.push(pod.runs[kind]?.nextAt ?? null);
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
