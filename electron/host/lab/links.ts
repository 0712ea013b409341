import type { Link } from '../../contract/session.ts';
import { actNodes, allMembers, members } from './groups.ts';
import type { Lab, LabNode, LabNodes } from './lab.ts';
import { mergeSettings } from './merge.ts';
import { referenced } from './program-settings.ts';

/**
 * Who talks to whom in an act: each node's own references, after what the act's opening changes. A kube-node that
 * stands in the way is a node like any other, because packets do cross it.
 */
export function links(lab: Lab, act: number): readonly Link[] {
  const nodes = openedNodes(lab, act);
  const reached = reachable(nodes);
  return allMembers(nodes)
    .filter(({ name }) => reached.has(name))
    .flatMap(({ name, node }) =>
      referenced(node.role, node.settings)
        .flatMap((reference) => members(nodes, reference))
        // A target of two groups is one node all the same.
        .filter((to, index, all) => all.indexOf(to) === index)
        .map((to): Link => ({ from: name, to, layer: readsRequests(node) ? 'l7' : 'l4' })),
    );
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
function reachable(nodes: LabNodes): ReadonlySet<string> {
  const all = new Map(allMembers(nodes).map((member) => [member.name, member.node]));
  const queue = [...all]
    .filter(([, node]) => node.role === 'client' || node.role === 'tools')
    .map(([name]) => name);
  const seen = new Set(queue);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const node = all.get(name);
    if (node === undefined) continue;
    for (const to of referenced(node.role, node.settings).flatMap((one) => members(nodes, one))) {
      if (seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}
