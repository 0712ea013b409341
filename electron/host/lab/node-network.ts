import type { NodeNetwork } from '../../../labs/nodes.ts';
import type { Allocation, NodeCapability, NodeSpec } from '../engine/engine.ts';
import { planes } from '../../../docker/protocol/kernel.ts';
import type { Plane } from '../../../docker/protocol/kernel.ts';
import { allMembers, members, virtualName } from './groups.ts';
import type { Member } from './groups.ts';
import type { LabNode, LabNodes } from './lab.ts';
import { references } from './program-settings.ts';
import type { Resolve } from './program-settings.ts';

type Network = Pick<NodeSpec, 'sysctls' | 'routes' | 'capabilities'>;

/** What a node's own network must be besides its one address: sysctls at creation, routes, and what it may do itself. */
export function nodeNetwork(member: Member, nodes: LabNodes, resolve: Resolve): Network {
  const { node } = member;
  const routes = [...carried(node, resolve), ...repliesVia(node, nodes, resolve)];
  const capabilities = [...new Set([...neededBy(node), ...(node.network?.holds ?? [])])];
  return {
    sysctls: sysctls(node),
    ...(routes.length === 0 ? {} : { routes: [...routes, ''].join('\n') }),
    ...(capabilities.length === 0 ? {} : { capabilities }),
  };
}

/** What each plane's own program needs to hold. Its rules follow health within milliseconds, which no helper can. */
const held: Readonly<Record<Plane, readonly NodeCapability[]>> = {
  userspace: [],
  'nft-dnat': ['NET_ADMIN'],
  dsr: ['NET_ADMIN'],
  xdp: ['NET_ADMIN', 'SYS_ADMIN'],
  ipvs: ['NET_ADMIN'],
};

function neededBy(node: LabNode): readonly NodeCapability[] {
  const plane = planeOf(node);
  // iptables opens a raw socket to ask which of its extensions the kernel has.
  if (node.role === 'kube-node') return ['NET_ADMIN', 'NET_RAW'];
  return plane === null ? [] : held[plane];
}

export function planeOf({ role, settings }: LabNode): Plane | null {
  return role === 'l4' ? (planes.find((plane) => plane === settings.plane) ?? 'userspace') : null;
}

function sysctls(node: LabNode): Readonly<Record<string, string>> {
  const plane = planeOf(node);
  const forwards = node.role === 'kube-node' || plane === 'nft-dnat' || plane === 'ipvs';
  return {
    ...(forwards ? { 'net.ipv4.ip_forward': '1' } : {}),
    // Bytes of each connection in conntrack's list.
    ...(forwards ? { 'net.netfilter.nf_conntrack_acct': '1' } : {}),
    // ip_vs says what it made of a connection only when it is asked to; without the module there is no such setting.
    ...(plane === 'ipvs' ? { 'net.ipv4.vs.conntrack': '1' } : {}),
    ...(node.network?.tracking === undefined ? {} : trackingOf(node.network.tracking)),
    // Answer ARP only for what is on the interface asked, and never ask in the name of an address on the loopback.
    ...(node.network?.carries !== undefined && node.network.arp === 'quiet'
      ? { 'net.ipv4.conf.all.arp_ignore': '1', 'net.ipv4.conf.all.arp_announce': '2' }
      : {}),
  };
}

function trackingOf({ idleSeconds, loose }: NonNullable<NodeNetwork['tracking']>): Record<string, string> {
  return {
    'net.netfilter.nf_conntrack_tcp_timeout_established': String(idleSeconds),
    'net.netfilter.nf_conntrack_tcp_loose': loose ? '1' : '0',
  };
}

function carried(node: LabNode, resolve: Resolve): readonly string[] {
  const virtual = references(node.network?.carries)
    .flatMap(resolve)
    .flatMap((end) => end.virtual ?? []);
  return [...new Set(virtual)].map((address) => `address replace ${address}/32 dev lo`);
}

/** One route for each client: the way back to it is by the balancer, which puts its own address on the answer. */
function repliesVia(node: LabNode, nodes: LabNodes, resolve: Resolve): readonly string[] {
  const [via] = node.network?.repliesVia === undefined ? [] : resolve(node.network.repliesVia);
  if (via === undefined) return [];
  return allMembers(nodes)
    .filter((other) => other.node.role === 'client')
    .flatMap(({ name }) => resolve(name))
    .map(({ address }) => `route replace ${address}/32 via ${via.address} dev eth0`);
}

/** The address that a node's group shares; null where it shares none. */
export function virtualPlace(nodes: LabNodes, group: string, allocation: Allocation): string | null {
  const name = virtualName(nodes, group);
  return name === null ? null : (allocation.nodes[name]?.address ?? null);
}

export function groupOf(nodes: LabNodes, name: string): string {
  return Object.keys(nodes).find((group) => members(nodes, group).includes(name)) ?? name;
}
