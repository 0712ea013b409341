import type { BalancerHealth } from '../../electron/contract/measure.ts';
import type { Link, NodeState } from '../../electron/contract/session.ts';

/**
 * Who has left a balancer's list and still holds its connections is met by them: the line stays as long as they do. Kept
 * connections of a balancer that nobody is sent to are nobody's way.
 */
export function linksInUse(
  links: readonly Link[],
  balancers: readonly BalancerHealth[],
  nodes: ReadonlyMap<string, NodeState>,
): readonly Link[] {
  const known = new Set(links.map(({ from, to }) => `${from}>${to}`));
  const left = balancers.flatMap(({ balancer, layer, rows }) =>
    (links.some(({ to }) => to === balancer) ? rows : [])
      .filter(({ target, openConnections }) => openConnections > 0 && nodes.has(target))
      .filter(({ target }) => !known.has(`${balancer}>${target}`))
      .map(({ target }): Link => ({ from: balancer, to: target, layer })),
  );
  return left.length === 0 ? links : [...links, ...left];
}
