import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import { leaving, returning } from '../../../docker/protocol/prediction.ts';
import type { Prediction } from '../../../docker/protocol/prediction.ts';
import type { BalancerStats, TargetStats } from '../../../docker/protocol/stats.ts';
import type { BalancerHealth, HealthRow, ProbeView } from '../../contract/measure.ts';
import type { ActOfHand, Sample } from '../checks/evidence.ts';
import { billsOf } from './bill.ts';

/** The part of a balancer's settings that the health table speaks of. */
export interface GroupSettings {
  readonly persona: string | null;
  /** A system without active checks has none. */
  readonly healthCheck?: {
    readonly protocol: string;
    readonly path: string;
    readonly method: string;
    readonly successCodes: string;
    readonly intervalMs: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
  readonly passive?: { readonly consecutiveErrors: number };
  readonly targets: readonly { readonly id: string; readonly address: string; readonly port: number }[];
}

export interface HealthInput {
  readonly balancer: string;
  readonly stats: BalancerStats;
  /** As a person states them, unscaled. */
  readonly settings: GroupSettings;
  readonly scale: number;
  readonly prediction: Prediction;
  readonly probes: ReadonlyMap<string, readonly ProbeView[]>;
  readonly transitions: readonly (ProgramEvent & { type: 'health' })[];
  readonly acts: readonly ActOfHand[];
  /** A client's counters at a time, for the bill. */
  readonly client: (at?: number) => { readonly node: string; readonly sample: Sample } | null;
}

/** Pure: what the health table shows, from what the balancer counted and what hands did. */
export function healthOf(input: HealthInput): BalancerHealth {
  return {
    balancer: input.balancer,
    layer: input.stats.role === 'l7' ? 'l7' : 'l4',
    persona: input.settings.persona,
    check: checkInWords(input.settings, input.scale),
    failOpen: input.stats.failOpen,
    scale: input.scale,
    predictedMs: input.prediction.downMs,
    predictedWords: input.prediction.words,
    rows: Object.entries(input.stats.targets).map(([id, target]) => rowOf(input, id, target)),
  };
}

function rowOf(input: HealthInput, id: string, target: TargetStats): HealthRow {
  const probes = input.probes.get(id) ?? [];
  const address = input.settings.targets.find((t) => t.id === id);
  return {
    target: id,
    address: address === undefined ? '' : `${address.address}:${address.port}`,
    state: target.state,
    reason: target.reason,
    since: target.since,
    lastProbe: probes.at(-1) ?? null,
    probes,
    passes: target.passes,
    passesNeeded: input.settings.healthCheck?.healthyThreshold ?? 1,
    failures: target.failures,
    failuresAllowed:
      input.settings.healthCheck?.unhealthyThreshold ?? input.settings.passive?.consecutiveErrors ?? 1,
    nextProbeAt: target.nextProbeAt,
    openConnections: target.connections.open,
    measured: measuredOf(input, id),
    ...billsOf(input, id),
  };
}

function checkInWords({ healthCheck: check }: GroupSettings, scale: number): string {
  if (check === undefined || check.protocol === 'none') return 'No check';
  const what = check.protocol.startsWith('http')
    ? `${check.protocol.toUpperCase()} ${check.method} ${check.path}, ${check.successCodes}`
    : check.protocol === 'tcp'
      ? 'TCP connect'
      : check.protocol.toUpperCase();
  const faster = scale === 1 ? '' : ` (here ×${scale} faster)`;
  return `${what}, every ${check.intervalMs / 1000} s, ${leaving(check)}, ${returning(check)}${faster}`;
}

/**
 * The newest eviction or return, measured from the act that caused it: what was last done to the target (a fault, its
 * power, its settings, of which one may be the version that it serves), or a new check.
 */
function measuredOf(
  { transitions, acts, balancer, prediction }: HealthInput,
  id: string,
): HealthRow['measured'] {
  const moved = transitions.findLast(
    (t) => t.target === id && (t.to === 'unhealthy' || t.from === 'unhealthy'),
  );
  if (moved === undefined) return null;
  const cause = causeOf(acts, balancer, id, moved.at);
  if (cause === null) return null;
  const evicted = moved.to === 'unhealthy';
  return {
    what: evicted ? 'evicted' : 'returned',
    ms: moved.at - cause.at,
    predictedMs: evicted ? prediction.downMs : prediction.upMs,
    from: inWords(cause),
  };
}

type Cause = ActOfHand & { readonly kind: 'fault' | 'settings' | 'power' };

export function causeOf(
  acts: readonly ActOfHand[],
  balancer: string,
  target: string,
  before: number,
): Cause | null {
  const cause = acts.findLast(
    (act) =>
      act.at <= before &&
      act.kind !== 'command' &&
      (act.node === target || (act.kind === 'settings' && act.node === balancer)),
  );
  return cause === undefined || cause.kind === 'command' ? null : cause;
}

function inWords(cause: Cause): string {
  if (cause.kind === 'fault') return `fault on ${cause.node}`;
  if (cause.kind === 'power') return `${cause.action} of ${cause.node}`;
  return `new settings of ${cause.node}`;
}
