import type { Json } from '../../contract/session.ts';
import type { Allocation } from '../engine/engine.ts';
import { members } from './groups.ts';
import type { LabNodes, Settings } from './lab.ts';

/**
 * Where a client sends: its program knows an address and a port, a person knows a node. These turn one into the other.
 */
export function destinationOf(settings: Settings, { nodes }: Allocation): string | null {
  const { address, port } = settings;
  const found = Object.entries(nodes).find(([, at]) => at.address === address && at.port === port);
  return found?.[0] ?? null;
}

/** The settings with the node's name in the address's place, as a form shows them. */
export function withDestinationNamed(settings: Settings, allocation: Allocation): Settings {
  const name = destinationOf(settings, allocation);
  return name === null ? settings : { ...settings, address: name };
}

/** A patch that names a node, with that node's address and port; any other patch as it is. */
export function withDestinationFound(patch: Settings, nodes: LabNodes, allocation: Allocation): Settings {
  const named: Json | undefined = patch.address;
  if (typeof named !== 'string') return patch;
  const place = allocation.nodes[members(nodes, named)[0] ?? named];
  return place === undefined ? patch : { ...patch, address: place.address, port: place.port };
}
