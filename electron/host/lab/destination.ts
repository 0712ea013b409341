import type { Json } from '../../contract/session.ts';
import type { Allocation } from '../engine/engine.ts';
import { actNodes, allMembers, members, virtualName } from './groups.ts';
import type { Lab, LabNodes, Settings } from './lab.ts';
import { isSettings } from './merge.ts';
import { groupOf } from './node-network.ts';

/**
 * Where a client sends: its program knows an address and a port, a person knows a node. These turn one into the other.
 */
export function destinationOf(settings: Settings, { nodes }: Allocation): string | null {
  const { address, port } = settings;
  const found = Object.entries(nodes).find(([, at]) => at.address === address && at.port === port);
  return found?.[0] ?? null;
}

/** The node that a client's packets go to, whichever port; null: to none. Undefined where several have the address. */
export function goalOf(settings: Settings, allocation: Allocation): string | null | undefined {
  const exact = destinationOf(settings, allocation);
  if (exact !== null) return exact;
  const there = Object.entries(allocation.nodes).filter(([, at]) => at.address === settings.address);
  return there.length > 1 ? undefined : (there[0]?.[0] ?? null);
}

/** The names of a balancer's targets; undefined where they are not known, or are no list. */
export function targetsOf(settings: Settings | undefined): readonly string[] | undefined {
  const targets = settings?.targets;
  if (!Array.isArray(targets)) return undefined;
  return (targets as readonly Json[]).flatMap((one) =>
    isSettings(one) && typeof one.id === 'string' ? [one.id] : [],
  );
}

/** The settings with the node's name in the address's place, as a form shows them. */
export function withDestinationNamed(settings: Settings, allocation: Allocation): Settings {
  const name = destinationOf(settings, allocation);
  return name === null ? settings : { ...settings, address: name };
}

/**
 * A patch that names a node, with the address and port where that one serves, which is a shared address where its group
 * has one, as a lab's own `to` has it; any other patch as it is.
 */
export function withDestinationFound(patch: Settings, nodes: LabNodes, allocation: Allocation): Settings {
  const named: Json | undefined = patch.address;
  if (typeof named !== 'string') return patch;
  const [first = named] = members(nodes, named);
  const shared = virtualName(nodes, groupOf(nodes, first));
  const place = allocation.nodes[shared ?? first];
  return place === undefined ? patch : { ...patch, address: place.address, port: place.port };
}

/** The names that a client of this act can be sent to: whatever listens, by its shared address where it has one. */
export function destinations(lab: Lab, act: number, { nodes: places }: Allocation): readonly string[] {
  const nodes = actNodes(lab, act);
  const names = allMembers(nodes)
    .filter(({ node }) => node.role !== 'client')
    .map(({ name, group }) => virtualName(nodes, group) ?? name);
  return [...new Set(names)].filter((name) => (places[name]?.port ?? 0) > 0);
}
