import type { Link } from '../../contract/session.ts';
import { actNodes, allMembers, members, membersBehind } from './groups.ts';
import type { Member } from './groups.ts';
import type { Lab, LabNode, LabNodes } from './lab.ts';
import { mergeSettings } from './merge.ts';
import { referenced, references } from './program-settings.ts';

/**
 * Who talks to whom in an act: each node's own references, after what the act's opening changes. A kube-node that
 * stands in the way is a node like any other, because packets do cross it.
 */
export function links(lab: Lab, act: number): readonly Link[] {
  return linksBetween(openedNodes(lab, act));
}

/**
 * The same, with each client drawn to where it sends now (undefined: not known, so what the act says; null: to no node), and
 * each balancer to the targets that it has now.
 */
export function linksNow(
  lab: Lab,
  act: number,
  destination: (client: string) => string | null | undefined,
  targets: (balancer: string) => readonly string[] | undefined = () => undefined,
): readonly Link[] {
  const nodes = openedNodes(lab, act);
  const moved = allMembers(nodes).flatMap(({ name, node }) => {
    const has = hasTargets(node) ? targets(name) : undefined;
    if (has !== undefined)
      return [[name, referenced(node.role, { ...node.settings, targets: has })] as const];
    const to = node.role === 'client' ? destination(name) : undefined;
    if (to === null) return [[name, []] as const];
    const goals = to === undefined ? [] : membersBehind(nodes, to);
    if (goals.length === 0) return [];
    const stated = references(node.settings.to).flatMap((one) => members(nodes, one));
    return goals.every((goal) => stated.includes(goal)) ? [] : [[name, goals] as const];
  });
  return linksBetween(nodes, new Map(moved));
}

function linksBetween(
  nodes: LabNodes,
  moved: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly Link[] {
  const goals = ({ name, node }: Member): readonly string[] => {
    const all = moved.get(name) ?? referenced(node.role, node.settings);
    // A target of two groups is one node all the same.
    return [...new Set(all.flatMap((reference) => members(nodes, reference)))];
  };
  const reached = reachable(nodes, goals);
  return allMembers(nodes)
    .filter(({ name }) => reached.has(name))
    .flatMap((member) =>
      goals(member).map((to): Link => ({
        from: member.name,
        to,
        layer: readsRequests(member.node) ? 'l7' : 'l4',
      })),
    );
}

function hasTargets({ role }: LabNode): boolean {
  return role === 'l4' || role === 'l7' || role === 'kube-node' || role === 'haproxy' || role === 'nginx';
}

function readsRequests({ role, settings }: LabNode): boolean {
  const mode = settings.mode ?? 'http';
  return role === 'l7' || ((role === 'haproxy' || role === 'nginx') && mode === 'http');
}

/** The act's nodes with the settings that its opening leaves them. */
export function openedNodes(lab: Lab, act: number): LabNodes {
  const nodes = { ...actNodes(lab, act) };
  for (const action of lab.acts[act]?.begin ?? []) {
    const node = action.do === 'set' ? nodes[action.node] : undefined;
    if (action.do !== 'set' || node === undefined) continue;
    nodes[action.node] = { ...node, settings: mergeSettings(node.settings, action.settings) };
  }
  return nodes;
}

/** What traffic can reach from a client or a workplace; a node that nobody uses in this act draws no links. */
function reachable(nodes: LabNodes, goals: (member: Member) => readonly string[]): ReadonlySet<string> {
  const all = new Map(allMembers(nodes).map((member) => [member.name, member]));
  const queue = [...all.values()]
    .filter(({ node }) => node.role === 'client' || node.role === 'tools')
    .map(({ name }) => name);
  const seen = new Set(queue);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const member = all.get(name);
    for (const to of member === undefined ? [] : goals(member)) {
      if (seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}
