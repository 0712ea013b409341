import type { Lab, LabNode, LabNodes } from './lab.ts';

/** A member of a group, with the group's own entry. */
export interface Member {
  readonly name: string;
  readonly group: string;
  readonly node: LabNode;
}

/** `backend` with count 10 is backend-1 ... backend-10; without a count the name is the node's own. */
export function memberNames(group: string, node: LabNode): readonly string[] {
  if (node.count === undefined) return [group];
  return Array.from({ length: node.count }, (_, index) => `${group}-${index + 1}`);
}

export function allMembers(nodes: LabNodes): readonly Member[] {
  return Object.entries(nodes).flatMap(([group, node]) =>
    memberNames(group, node).map((name) => ({ name, group, node })),
  );
}

/** The nodes that a reference means: a group's members, or the one node of that name. */
export function members(nodes: LabNodes, reference: string): readonly string[] {
  const group = nodes[reference];
  if (group !== undefined) return memberNames(reference, group);
  return allMembers(nodes).some((member) => member.name === reference) ? [reference] : [];
}

/** The nodes of one act: the lab's, and the act's own. */
export function actNodes(lab: Lab, act: number): LabNodes {
  return { ...lab.nodes, ...lab.acts[act]?.nodes };
}

/** The name of the address that a group shares beside its members' own; null where it has none. */
export function virtualName(nodes: LabNodes, group: string): string | null {
  return nodes[group]?.network?.virtual === true ? `${group}-vip` : null;
}

/** The nodes that stand behind a name that a client may be sent to: its own, or an address that a group shares. */
export function membersBehind(nodes: LabNodes, name: string): readonly string[] {
  const sharing = Object.keys(nodes).find((group) => virtualName(nodes, group) === name);
  return members(nodes, sharing ?? name);
}

/** Names of the addresses that a node has beside its own. */
export function furtherNames({ name, node }: Member): readonly string[] {
  const count = node.network?.addresses ?? 1;
  return Array.from({ length: count - 1 }, (_, index) => `${name}-at-${index + 2}`);
}
