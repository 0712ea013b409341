import { isDeepStrictEqual } from 'node:util';
import { networkSchema } from '../../../labs/nodes.ts';
import type { NodeNetwork } from '../../../labs/nodes.ts';
import type { LabProblem } from '../../contract/catalogue.ts';
import { actNodes } from './groups.ts';
import { referencedMembers, unknownNode } from './lab-actions.ts';
import type { Lab, LabNode } from './lab.ts';
import { planeOf } from './node-network.ts';
import { problem } from './problem.ts';
import { references } from './program-settings.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Addresses that a node carries, and whom its answers go through: names that must lead somewhere, and to the right kind. */
export function networkProblems(
  lab: Lab,
  act: number,
  node: LabNode,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const carried = references(node.network?.carries).flatMap((name, index) => {
    const list = Array.isArray(node.network?.carries);
    const where = [...path, 'network', 'carries', ...(list ? [index] : [])];
    return carriedProblems(lab, act, name, where, source);
  });
  const via = node.network?.repliesVia;
  const routed =
    via === undefined ? [] : viaProblems(lab, act, via, [...path, 'network', 'repliesVia'], source);
  return [...carried, ...routed, ...needProblems(lab, node, path, source)];
}

function carriedProblems(
  lab: Lab,
  act: number,
  name: string,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const [member] = referencedMembers(lab, act, name);
  if (member === undefined) return [unknownNode(lab, act, name, path, source)];
  if (member.node.network?.virtual === true) return [];
  const sharing = Object.entries(actNodes(lab, act)).filter(([, { network }]) => network?.virtual === true);
  const message = `"${name}" shares no address that could be carried`;
  const expected =
    sharing.length === 0
      ? 'a group with `network: { virtual: true }`'
      : `a group that has one: ${sharing.map(([group]) => group).join(', ')}`;
  return [problem(source, { path, message, expected })];
}

/** Whoever answers are to go through must pass packets on, or they end there. */
function viaProblems(
  lab: Lab,
  act: number,
  name: string,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const [member] = referencedMembers(lab, act, name);
  if (member === undefined) return [unknownNode(lab, act, name, path, source)];
  const plane = planeOf(member.node);
  if (member.node.role === 'kube-node' || plane === 'nft-dnat' || plane === 'ipvs') return [];
  const message = `"${name}" passes no packets on, so no answer would come through it`;
  return [
    problem(source, { path, message, expected: 'a kube-node, or an l4 with `plane: nft-dnat` or `ipvs`' }),
  ];
}

/** A process without a network of its own can have none of this: the lab, or the act, has to say so. */
function needProblems(lab: Lab, node: LabNode, path: Path, source: YamlSource): readonly LabProblem[] {
  const plane = planeOf(node);
  const what =
    node.role === 'kube-node'
      ? 'a Kubernetes node'
      : plane !== null && plane !== 'userspace'
        ? `the data path ${plane}`
        : node.network === undefined || onlyAddresses(node.network)
          ? null
          : 'what stands under `network`';
  const [, act] = path[0] === 'acts' ? path : [];
  const own = typeof act === 'number' ? (lab.acts[act]?.needs ?? []) : [];
  const needs = new Set([...lab.file.needs, ...own]);
  const missing = (['docker', 'kernel'] as const).filter((need) => !needs.has(need));
  if (what === null || missing.length === 0) return [];
  return [
    problem(source, {
      path,
      of: 'key',
      message: `${what} needs a container with a kernel network of its own`,
      expected: `needs: [docker, kernel] in ${typeof act === 'number' ? 'its act' : 'the lab'}`,
    }),
  ];
}

/** Every engine can give a node more than one address to send from. */
function onlyAddresses(network: NodeNetwork): boolean {
  return isDeepStrictEqual(network, networkSchema.parse({ addresses: network.addresses }));
}
