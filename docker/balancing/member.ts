import type { Target } from '../protocol/balancer.ts';
import type { TargetStats } from '../protocol/stats.ts';
import type { Candidate } from './algorithms/algorithm.ts';
import type { Latency } from './algorithms/latency.ts';
import type { HealthMonitor } from './health-monitor.ts';
import type { Observer } from './passive.ts';
import { createObserver } from './passive.ts';
import { reasons } from './reason.ts';

/** How a connection is let go: FIN, RST at once, or forgotten, so that its next packet is answered with RST. */
export type LetGo = 'close' | 'reset' | 'forget';

/** Whatever a forwarder keeps open towards a target and can be told to give up. */
export interface Held {
  letGo(how: LetGo): void;
}

/** Counters of a target: cumulative, and kept while the program lives, whatever becomes of the target. */
export interface TargetCounters {
  opened: number;
  failed: number;
  open: number;
  reset: number;
  toTarget: number;
  fromTarget: number;
}

/** A target at run time. The group moves its state; the forwarder keeps `active`, `counters` and `held`. */
export interface Member extends Candidate {
  target: Target;
  weight: number;
  ramp: number;
  active: number;
  latency: Latency | null;
  state: TargetStats['state'];
  reason: string;
  since: number;
  /** Registered now; a target that was removed stays only for its connections and its counters. */
  registered: boolean;
  /** Draining is over. */
  drained: boolean;
  ejected: boolean;
  /** Start of its slow start, while that lasts. */
  rampSince: number | null;
  readonly counters: TargetCounters;
  readonly held: Set<Held>;
  readonly observer: Observer;
  monitor: HealthMonitor | null;
  cancelDrain: (() => void) | null;
  cancelEjection: (() => void) | null;
}

export function createMember(target: Target, now: number, counters: TargetCounters): Member {
  return {
    id: target.id,
    target,
    weight: target.weight,
    ramp: 1,
    active: 0,
    latency: null,
    state: 'initial',
    reason: reasons.initial,
    since: now,
    registered: true,
    drained: false,
    ejected: false,
    rampSince: null,
    counters,
    held: new Set(),
    observer: createObserver(),
    monitor: null,
    cancelDrain: null,
    cancelEjection: null,
  };
}

export function noCounts(): TargetCounters {
  return { opened: 0, failed: 0, open: 0, reset: 0, toTarget: 0, fromTarget: 0 };
}

/** What the target is, all told: leaving beats ejected, ejected beats what the probes say. */
export function stateOf(member: Member): TargetStats['state'] {
  if (!member.registered || member.target.draining) return member.drained ? 'unused' : 'draining';
  if (member.ejected) return 'unhealthy';
  return member.monitor?.gate.state ?? 'initial';
}

export function memberStats(member: Member): Omit<TargetStats, 'requests'> {
  const { counters, monitor } = member;
  return {
    state: member.state,
    reason: member.reason,
    since: member.since,
    passes: monitor?.gate.passes ?? 0,
    failures: monitor?.gate.failures ?? 0,
    nextProbeAt: monitor?.nextProbeAt ?? null,
    probes: { ...(monitor?.probes ?? { sent: 0, passed: 0, connected: 0 }) },
    connections: {
      opened: counters.opened,
      failed: counters.failed,
      open: counters.open,
      reset: counters.reset,
    },
    bytes: { toTarget: counters.toTarget, fromTarget: counters.fromTarget },
  };
}
