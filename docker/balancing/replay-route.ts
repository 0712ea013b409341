import { parseOrRefuse } from '../lib/admin-problem.ts';
import type { AdminRoute } from '../lib/admin-route.ts';
import type { Replay, ReplayAnswer } from '../protocol/pick.ts';
import { replaySchema } from '../protocol/pick.ts';
import { isSome } from './algorithms/algorithm.ts';
import type { Candidate } from './algorithms/algorithm.ts';
import { pickers } from './algorithms/algorithms.ts';
import type { Group } from './group.ts';

/**
 * POST /replay: real picks once more, in their order, under another algorithm. Each pick is judged by the loads of its own
 * moment, which the real algorithm has made: what another one would have done to them nobody can know.
 */
export function replayRoute({ salt }: Pick<Group, 'salt'>): AdminRoute {
  return {
    method: 'POST',
    path: '/replay',
    handle: (call) => replay(parseOrRefuse(replaySchema, call.body), salt),
  };
}

export function replay({ algorithm, hashBy, picks }: Replay, salt: number): ReplayAnswer {
  const pick = pickers[algorithm]();
  let candidates: readonly Candidate[] = [];
  let seen = '';
  return {
    picked: picks.map((one, turn) => {
      // The same targets keep the same array, by which algorithms know that nothing changed; loads move within it.
      const content = JSON.stringify(one.candidates.map(({ id, weight, ramp }) => [id, weight, ramp]));
      if (content !== seen)
        candidates = one.candidates.map(({ latencyMs, ...rest }) => ({ ...rest, ...latency(latencyMs) }));
      else
        for (const [at, { active }] of one.candidates.entries())
          Object.assign(candidates[at] ?? {}, { active });
      seen = content;
      if (!isSome(candidates)) return null;
      return pick(candidates, { flow: { ...one.flow }, hashBy, random: Math.random, salt, now: turn }).id;
    }),
  };
}

function latency(ms: number | null): Pick<Candidate, 'latency'> {
  return { latency: ms === null ? null : { ms, at: 0 } };
}
