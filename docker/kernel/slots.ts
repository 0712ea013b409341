import { weightedRoundRobin } from '../balancing/algorithms/weighted-round-robin.ts';
import type { Candidate } from '../balancing/algorithms/algorithm.ts';
import { isSome } from '../balancing/algorithms/algorithm.ts';
import { AdminProblem } from '../lib/admin-problem.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { PlaneTarget } from './plane.ts';

/** A choice as nftables makes it: a number modulo the slots, and whose each slot is. */
export interface Choice {
  readonly by: 'numgen inc' | 'numgen random' | 'jhash ip saddr . tcp sport' | 'jhash ip saddr';
  readonly slots: readonly PlaneTarget[];
}

/** Weights become slots. More of them than this would be precision that nobody sees. */
const mostSlots = 1000;

export function choiceOf(serving: readonly PlaneTarget[], settings: L4Settings): Choice {
  switch (settings.algorithm) {
    case 'round-robin':
      return { by: 'numgen inc', slots: serving };
    case 'modulo-hash':
      return { by: hashed(settings), slots: serving };
    case 'weighted-round-robin':
      return { by: 'numgen inc', slots: weighted(serving) };
    case 'random':
      return { by: 'numgen random', slots: weighted(serving) };
    case 'flow-hash':
      return { by: 'jhash ip saddr . tcp sport', slots: weighted(serving) };
    case 'source-hash':
      return { by: 'jhash ip saddr', slots: weighted(serving) };
    case 'least-connections':
    case 'two-choices':
      throw refused(settings, 'a rule sees one packet, and not who has how many connections');
    case 'maglev':
    case 'ring-hash':
      throw refused(settings, 'its table is too long for a rule; the xdp plane has one for Maglev');
  }
}

function hashed({ hashBy }: L4Settings): Choice['by'] {
  return hashBy === 'source' ? 'jhash ip saddr' : 'jhash ip saddr . tcp sport';
}

function refused({ algorithm, plane }: L4Settings, why: string): AdminProblem {
  return new AdminProblem('bad-request', `${plane} cannot choose by ${algorithm}: ${why}`, 'algorithm');
}

/** Each target as often as its weight says, in the order of smooth weighted round robin. */
function weighted(targets: readonly PlaneTarget[]): readonly PlaneTarget[] {
  const weights = targets.map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const whole = weights.every(Number.isInteger) && total <= mostSlots;
  const scale = whole ? 1 / Math.max(1, weights.reduce(divisor, 0)) : mostSlots / total;
  const candidates = targets.map((target): Candidate & { target: PlaneTarget } => ({
    id: target.id,
    weight: Math.max(1, Math.round(target.weight * scale)),
    ramp: 1,
    active: 0,
    target,
  }));
  if (!isSome(candidates)) return [];
  const pick = weightedRoundRobin();
  const count = candidates.reduce((sum, { weight }) => sum + weight, 0);
  const context = { flow: noFlow, hashBy: 'flow', random: () => 0, now: 0, salt: 0 } as const;
  return Array.from({ length: count }, () => pick(candidates, context).target);
}

const noFlow = {
  protocol: 'tcp',
  sourceAddress: '',
  sourcePort: 0,
  destinationAddress: '',
  destinationPort: 0,
} as const;

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
