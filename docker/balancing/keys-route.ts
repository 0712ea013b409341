import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { KeyMap } from '../protocol/pick.ts';
import { keyedAlgorithms } from '../protocol/pick.ts';
import { isSome } from './algorithms/algorithm.ts';
import type { Candidate, PickContext } from './algorithms/algorithm.ts';
import { pickers } from './algorithms/algorithms.ts';
import type { Group } from './group.ts';

const most = 2000;

/**
 * GET /keys?count=1000: who would have each of so many made-up keys now, by each algorithm that hashes. No traffic: the
 * same functions and the targets that may serve at this moment.
 */
export function keysRoute(group: Group): AdminRoute {
  return {
    method: 'GET',
    path: '/keys',
    handle: (call) => keyMap(group.serving, Math.min(most, numberIn(call, 'count', 1000))),
  };
}

export function keyMap(candidates: readonly Candidate[], count: number): KeyMap {
  const targets = candidates.map(({ id }) => id);
  const index = new Map(targets.map((id, at) => [id, at]));
  const owners = keyedAlgorithms.map((name) => {
    if (!isSome(candidates)) return [name, []] as const;
    const pick = pickers[name]();
    const owner = (key: number) => index.get(pick(candidates, contextOf(`key ${key}`)).id) ?? 0;
    return [name, Array.from({ length: count }, (_, key) => owner(key))] as const;
  });
  return { targets, owners: Object.fromEntries(owners) as KeyMap['owners'] };
}

function contextOf(hashKey: string): PickContext {
  const flow = {
    protocol: 'tcp',
    sourceAddress: '',
    sourcePort: 0,
    destinationAddress: '',
    destinationPort: 0,
    hashKey,
  } as const;
  return { flow, hashBy: 'flow', random: () => 0, salt: 0, now: 0 };
}
