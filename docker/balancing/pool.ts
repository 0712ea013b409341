import type { GroupSettings } from '../protocol/balancer.ts';
import type { PickHash, PickReason } from '../protocol/pick.ts';
import { isSome } from './algorithms/algorithm.ts';
import type { Candidates, FlowKey, PickContext } from './algorithms/algorithm.ts';
import { pickers } from './algorithms/algorithms.ts';
import { latencyAt } from './algorithms/latency.ts';
import type { Member } from './member.ts';

/** Whom a flow may be given to: every target of a group, or those of one route. */
export interface Pool {
  /**
   * The next target for a flow, or null when none may be used. `tried` are those that just failed it; `heard` is told
   * why this one, in one sentence.
   */
  pick(flow: FlowKey, tried?: ReadonlySet<Member>, heard?: (why: string) => void): Member | null;
  /** This target, if it may serve now. */
  preferred(id: string): Member | null;
}

export interface PoolDeps {
  settings(): GroupSettings;
  /** Who may serve now; a new array whenever that, or a weight, has changed. */
  servable(): readonly Member[];
  now(): number;
  readonly random: () => number;
  readonly salt: number;
  /** Takes the reason of the next pick, where somebody asked for it. */
  explain(): ((reason: PickReason) => void) | null;
}

/** One selection policy at work on one set of targets: its turn, its sums and its tables are this pool's own. */
export function createPool({ settings, servable, now, random, salt, explain }: PoolDeps): Pool {
  let algorithm = settings().algorithm;
  let picker = pickers[algorithm]();

  const explained = (
    left: Candidates<Member>,
    context: PickContext,
  ): { picked: Member; reason: PickReason } => {
    let why = '';
    let hash: PickHash | null = null;
    const note = (text: string, of?: PickHash) => {
      why = text;
      hash = of ?? null;
    };
    const picked = picker(left, { ...context, note });
    return { picked, reason: reasonOf(picked, left, context, algorithm, why, hash) };
  };

  return {
    preferred: (id) => servable().find((member) => member.id === id) ?? null,
    pick(flow, tried, heard) {
      const { algorithm: wanted, hashBy } = settings();
      if (wanted !== algorithm) {
        algorithm = wanted;
        picker = pickers[wanted]();
      }
      const all = servable();
      const left = tried === undefined ? all : all.filter((member) => !tried.has(member));
      if (!isSome(left)) return null;
      const context = { flow, hashBy, random, salt, now: now() };
      const tell = explain();
      if (tell === null && heard === undefined) return picker(left, context);
      const { picked, reason } = explained(left, context);
      tell?.(reason);
      heard?.(reason.why);
      return picked;
    },
  };
}

function reasonOf(
  picked: Member,
  left: Candidates<Member>,
  { flow, now }: PickContext,
  algorithm: PickReason['algorithm'],
  why: string,
  hash: PickHash | null,
): PickReason {
  const { protocol, sourceAddress, sourcePort, destinationAddress, destinationPort, hashKey } = flow;
  const own = hashKey === undefined ? {} : { hashKey };
  return {
    flow: { protocol, sourceAddress, sourcePort, destinationAddress, destinationPort, ...own },
    picked: picked.id,
    algorithm,
    why,
    hash,
    candidates: left.map(({ id, weight, ramp, active, latency }) => {
      return { id, weight, ramp, active, latencyMs: latencyAt(latency, now) };
    }),
  };
}
