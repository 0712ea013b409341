import type { Allocation, NodeSpec } from '../engine/engine.ts';
import { configSchemas } from '../../../docker/protocol/role.ts';
import { isPeerRole } from '../../../docker/protocol/peers/roles.ts';
import type { Identity } from '../../../docker/protocol/tls.ts';
import type { Certificates } from './certificates.ts';
import { actNodes, allMembers, furtherNames, members, virtualName } from './groups.ts';
import type { Member } from './groups.ts';
import type { Lab, LabNode, LabNodes, LabRole, Settings } from './lab.ts';
import { withPersona } from './persona.ts';
import { mergeSettings } from './merge.ts';
import { groupOf, nodeNetwork, virtualPlace } from './node-network.ts';
import { fillSettings, settingsSchemas } from './program-settings.ts';
import type { Endpoint, Resolve } from './program-settings.ts';
import { toEffective } from './scale.ts';

/** What an act of a lab needs to run, worked out before anything is touched. */
export interface Plan {
  readonly nodes: readonly PlannedNode[];
}

export interface PlannedNode extends NodeSpec {
  readonly role: LabRole;
  readonly tier: number;
  readonly group: string;
}

export interface PlanContext {
  readonly session: string;
  readonly allocation: Allocation;
  readonly scale: number;
  /** Made before the plan; null or left out where the lab has no use for any. */
  readonly certificates?: Certificates | null;
}

/** Column in the topology, memory, and the port where the role usually listens. */
const roles = {
  client: { tier: 0, memoryMiB: 192, port: null },
  l4: { tier: 1, memoryMiB: 128, port: 8080 },
  l7: { tier: 2, memoryMiB: 160, port: 8080 },
  'kube-node': { tier: 2, memoryMiB: 64, port: 30_080 },
  kubelet: { tier: 2, memoryMiB: 96, port: null },
  backend: { tier: 3, memoryMiB: 64, port: 8080 },
  haproxy: { tier: 2, memoryMiB: 128, port: 8080 },
  nginx: { tier: 2, memoryMiB: 128, port: 8080 },
  redis: { tier: 4, memoryMiB: 96, port: 6379 },
  postgres: { tier: 4, memoryMiB: 256, port: 5432 },
  pgbouncer: { tier: 3, memoryMiB: 96, port: 6432 },
  mqtt: { tier: 4, memoryMiB: 96, port: 1883 },
  dns: { tier: 4, memoryMiB: 96, port: 5353 },
  tools: { tier: 0, memoryMiB: 128, port: null },
} as const satisfies Record<LabRole, object>;

/** Where the engine of containers keeps the admin socket; the embedded engine puts its own path in its place. */
const adminSocket = '/run/blindspot/admin.sock';
/** Node itself takes eleven threads; the rest is for a person's terminals. */
const pids = 128;
/** PostgreSQL gives each of its connections a process: 200 at most, and its own few. */
const databasePids = 320;
/** Sampled requests a second that a window can still follow one by one. */
const readableRate = 50;

/** Every node of every act: addresses are allocated once a session, so that later acts fit in. */
export function nodeNames(lab: Lab): readonly string[] {
  return [...new Set(lab.acts.flatMap((_, act) => [...memberPorts(actNodes(lab, act)).keys()]))];
}

/** The port of each node that listens. */
export function nodePorts(lab: Lab): Readonly<Record<string, number>> {
  const all = lab.acts.flatMap((_, act) => [...memberPorts(actNodes(lab, act))]);
  return Object.fromEntries(all.flatMap(([name, port]) => (port === null ? [] : [[name, port] as const])));
}

/** Everything that has an address of its own: nodes, and the addresses that groups share. */
function memberPorts(nodes: LabNodes): ReadonlyMap<string, number | null> {
  const portOf = ({ node }: Member) => node.port ?? roles[node.role].port;
  return new Map(
    allMembers(nodes).flatMap((member) => {
      const shared = virtualName(nodes, member.group);
      const own = [member.name, portOf(member)] as const;
      const further = furtherNames(member).map((name) => [name, null] as const);
      return [own, ...further, ...(shared === null ? [] : [[shared, portOf(member)] as const])];
    }),
  );
}

/** Whether any act has a real system in it, which takes the second image. */
export function needsPeers(lab: Lab): boolean {
  return lab.acts.some((_, act) => allMembers(actNodes(lab, act)).some(({ node }) => isPeerRole(node.role)));
}

export function plan(lab: Lab, act: number, context: PlanContext): Plan {
  const nodes = actNodes(lab, act);
  const resolve = resolver(nodes, context.allocation);
  const sampleOneIn = sampling(nodes);
  return {
    nodes: allMembers(nodes).map((member) => ({
      ...planNode(member, resolve, context, sampleOneIn),
      ...nodeNetwork(member, nodes, resolve),
    })),
  };
}

/** Names to addresses, by the session's allocation. A node that was not allocated resolves to nothing. */
export function resolver(nodes: LabNodes, allocation: Allocation): Resolve {
  return (reference) =>
    members(nodes, reference).flatMap((name): Endpoint[] => {
      const place = allocation.nodes[name];
      const virtual = virtualPlace(nodes, groupOf(nodes, name), allocation);
      return place === undefined
        ? []
        : [{ name, address: place.address, port: place.port, ...(virtual === null ? {} : { virtual }) }];
    });
}

function planNode(member: Member, resolve: Resolve, context: PlanContext, sampleOneIn: number): PlannedNode {
  const { name, group, node } = member;
  const [place] = resolve(name);
  const address = place?.address ?? '';
  const port = place?.port ?? 0;
  const further = furtherAddresses(member, context.allocation);
  const stated = withSources(programSettings(node.role, node.settings, resolve, port), member, [
    address,
    ...further,
  ]);
  const settings = withSpeaker(
    withFront(stated, node.role, place),
    place,
    node.role === 'kube-node' ? resolve(group) : [],
  );
  const config = configSchemas[node.role].parse({
    role: node.role,
    node: name,
    admin: adminSocket,
    sampleOneIn,
    settings: toEffective(settingsSchemas[node.role], settings, context.scale),
    ...(listens(node.role) ? { listen: { address: listensAt(node, address), port } } : {}),
    ...identityOf(name, context),
    ...(node.role === 'backend' ? { faults: initialFaults(node.faults) } : {}),
  });
  return {
    name,
    role: node.role,
    group,
    tier: roles[node.role].tier,
    address,
    port,
    config: JSON.stringify(config),
    memoryMiB: node.memoryMiB ?? roles[node.role].memoryMiB,
    pids: node.role === 'postgres' ? databasePids : pids,
    ...(isPeerRole(node.role) ? { image: 'peers' as const } : {}),
    sysctls: {},
    netfilter: null,
    ...(further.length === 0 ? {} : { addresses: further }),
  };
}

function furtherAddresses(member: Member, { nodes }: Allocation): readonly string[] {
  return furtherNames(member).flatMap((name) => nodes[name]?.address ?? []);
}

/** A client that has several addresses sends from all of them. */
function withSources(settings: Settings, { node }: Member, addresses: readonly string[]): Settings {
  if (node.role !== 'client' || addresses.length === 1) return settings;
  return mergeSettings(settings, { sources: [...addresses] });
}

/** Its own keys and nobody else's; a node without any still trusts whom the lab trusts. */
function identityOf(name: string, { certificates }: PlanContext): { readonly identity?: Identity } {
  if (certificates === undefined || certificates === null) return {};
  return { identity: { authority: certificates.authority, certificates: certificates.nodes[name] ?? [] } };
}

/** Whoever carries another address on its loopback answers there, too. */
function listensAt({ network }: LabNode, address: string): string {
  return network?.carries === undefined ? address : '0.0.0.0';
}

/** Its port is in its config: the client and the kubelet have none, a Kubernetes node's is the kernel's. */
function listens(role: LabRole): boolean {
  return role !== 'client' && role !== 'kubelet' && role !== 'kube-node' && role !== 'tools';
}

/** With every default of the role filled in, in stated time: the defaults are stated, too. */
function programSettings(role: LabRole, settings: Settings, resolve: Resolve, port: number): Settings {
  const filled = fillSettings(role, withPersona(role, settings), resolve);
  const complete = role === 'kube-node' ? { ...kubeDefaults, ...filled, nodePort: port } : filled;
  return settingsSchemas[role].parse(complete);
}

/** A balancer is told the address that its group shares: no lab can know it. */
function withFront(settings: Settings, role: LabRole, place: Endpoint | undefined): Settings {
  if (role !== 'l4' || place?.virtual === undefined) return settings;
  return mergeSettings(settings, { kernel: { virtualAddress: place.virtual } });
}

/** Nodes of a group that shares an address: each is told of the others, and one of them speaks. */
function withSpeaker(settings: Settings, own: Endpoint | undefined, group: readonly Endpoint[]): Settings {
  if (own?.virtual === undefined || group.length === 0) return settings;
  const peers = group.filter(({ name }) => name !== own.name).map(({ name, address }) => ({ name, address }));
  return mergeSettings(settings, { speaker: { address: own.virtual, peers } });
}

const kubeDefaults = { clusterAddress: '10.96.0.100', clusterPort: 80 };

function initialFaults(faults: Member['node']['faults']): Settings {
  return Object.fromEntries(
    Object.entries(faults ?? {}).map(([name, use]) => [name, { settings: use.with, scope: use.scope }]),
  ) as Settings;
}

/** One ratio for all hops: the busiest client decides, so that the window can follow what is left. */
function sampling(nodes: LabNodes): number {
  const rates = allMembers(nodes)
    .filter(({ node }) => node.role === 'client')
    .map(({ node }) => settingsSchemas.client.shape.rate.parse(node.settings.rate));
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  return Math.max(1, Math.round(total / readableRate));
}
