import type { NodeSpec, SessionSpec } from '../engine.ts';
import type { Owner } from './owner.ts';

/**
 * All that is ever remembered of a lab is on its containers and networks: whoever finds them can go on from there.
 */
export const label = {
  /** What of ours this is: "node", "network", "helper" or "trial" (images carry "image" and "base"). */
  kind: 'blindspot',
  lab: 'blindspot.lab',
  session: 'blindspot.session',
  node: 'blindspot.node',
  role: 'blindspot.role',
  sessionSpec: 'blindspot.session-spec',
  nodeSpec: 'blindspot.node-spec',
  owner: 'blindspot.owner',
} as const;

export type Labels = Readonly<Record<string, string>>;

export function networkLabels(session: string, owner: Owner): Record<string, string> {
  return {
    [label.kind]: 'network',
    [label.session]: session,
    [label.owner]: JSON.stringify(owner),
  };
}

export function nodeLabels(session: SessionSpec, node: NodeSpec, owner: Owner): Record<string, string> {
  // A plan's node carries more than the engine's; only what the engine needs again is written down.
  const {
    name,
    role,
    address,
    port,
    config,
    memoryMiB,
    pids,
    sysctls,
    netfilter,
    routes,
    addresses,
    capabilities,
    image,
  } = node;
  const kept: NodeSpec = {
    ...{ name, role, address, port, config: withoutKeys(config), memoryMiB, pids, sysctls, netfilter },
    ...(routes === undefined ? {} : { routes }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(image === undefined ? {} : { image }),
  };
  return {
    [label.kind]: 'node',
    [label.lab]: session.lab,
    [label.session]: session.session,
    [label.node]: name,
    [label.role]: role,
    [label.owner]: JSON.stringify(owner),
    [label.sessionSpec]: JSON.stringify(session),
    [label.nodeSpec]: JSON.stringify(kept),
  };
}

/** Labels are listed wherever containers are; the config itself, with the keys, is in the node's environment only. */
function withoutKeys(config: string): string {
  return config.replaceAll(/-----BEGIN PRIVATE KEY-----[^"]*/g, '');
}

export function helperLabels(session: string, node: string): Record<string, string> {
  return { [label.kind]: 'helper', [label.session]: session, [label.node]: node };
}

/** Labels can be anybody's: what does not read as ours is null, never an error. */
export function sessionSpecOf(labels: Labels): SessionSpec | null {
  return parsed(labels[label.sessionSpec]) as SessionSpec | null;
}

export function nodeSpecOf(labels: Labels): NodeSpec | null {
  return parsed(labels[label.nodeSpec]) as NodeSpec | null;
}

export function ownerOf(labels: Labels): Owner | null {
  return parsed(labels[label.owner]) as Owner | null;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
