import type { Check, SimpleCheck } from '../../../labs/checks.ts';
import { nodeSettings } from '../../../labs/nodes.ts';
import { faultSettings } from '../../../docker/protocol/faults.ts';
import type { LabProblem } from '../../contract/catalogue.ts';
import type { Json } from '../../contract/session.ts';
import { referencedMembers, unknownNode } from './lab-actions.ts';
import type { Lab, LabRole } from './lab.ts';
import { openedNodes } from './links.ts';
import { isSettings } from './merge.ts';
import { problem, unknownName } from './problem.ts';
import { keysOf, schemaAt } from './schema-walk.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** What each check's references must be: a check of a balancer's targets cannot be put to a client. */
const balancers: readonly LabRole[] = ['l4', 'l7', 'kube-node', 'haproxy', 'nginx'];
const proxies: readonly LabRole[] = ['l7', 'haproxy', 'nginx'];
const forwarders: readonly LabRole[] = ['l4'];
const backends: readonly LabRole[] = ['backend'];
const kubelets: readonly LabRole[] = ['kubelet'];
const stores: readonly LabRole[] = ['redis', 'postgres', 'pgbouncer', 'mqtt', 'dns'];
const clients: readonly LabRole[] = ['client'];

export function checkProblems(
  lab: Lab,
  act: number,
  check: Check,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  if (check.type === 'all' || check.type === 'any') {
    return check.of.flatMap((one, index) => checkProblems(lab, act, one, [...path, 'of', index], source));
  }
  const node = (reference: string, key: string, roles: readonly LabRole[] | null) =>
    nodeProblems(lab, act, reference, roles, [...path, key], source);
  switch (check.type) {
    case 'share':
    case 'outcome':
    case 'errors':
    case 'in-flight':
    case 'quiet':
    case 'gap':
    case 'users':
    case 'busiest':
    case 'moved':
    case 'lived':
      return node(check.client, 'client', clients);
    case 'latency':
    case 'answers':
    case 'rate':
      return [
        ...node(check.client, 'client', clients),
        ...(check.kind === undefined
          ? []
          : knownIn(lab, act, check.client, ['mix'], check.kind, [...path, 'kind'], source)),
      ];
    case 'split':
    case 'routed':
      return [
        ...node(check.balancer, 'balancer', proxies),
        ...knownIn(lab, act, check.balancer, ['routing', 'routes'], check.route, [...path, 'route'], source),
        ...(check.group === undefined
          ? []
          : knownIn(
              lab,
              act,
              check.balancer,
              ['routing', 'groups'],
              check.group,
              [...path, 'group'],
              source,
            )),
      ];
    case 'served':
      return [...node(check.client, 'client', clients), ...node(check.server, 'server', backends)];
    case 'crossing':
      return [...node(check.node, 'node', null), ...node(check.client, 'client', clients)];
    case 'resumed':
      return node(check.node, 'node', null);
    case 'price':
      return [
        ...node(check.node, 'node', null),
        ...node(check.client, 'client', clients),
        ...nodeProblems(lab, act, check.than.node, null, [...path, 'than', 'node'], source),
        ...nodeProblems(lab, act, check.than.client, clients, [...path, 'than', 'client'], source),
      ];
    case 'own':
    case 'cached':
    case 'compressed':
      return node(check.balancer, 'balancer', proxies);
    case 'agrees':
      return [
        ...node(check.balancer, 'balancer', balancers),
        ...node(check.with, 'with', balancers),
        ...node(check.targets, 'targets', null),
      ];
    case 'figure':
      return node(check.node, 'node', stores);
    case 'dropped':
    case 'targets':
    case 'open':
      return node(check.balancer, 'balancer', balancers);
    case 'chosen':
    case 'target':
    case 'held':
    case 'transitions':
    case 'detection':
    case 'probes':
      return [...node(check.balancer, 'balancer', balancers), ...node(check.target, 'target', null)];
    case 'ended':
      return node(check.balancer, 'balancer', forwarders);
    case 'pod':
    case 'restarts':
      return [...node(check.kubelet, 'kubelet', kubelets), ...node(check.pod, 'pod', backends)];
    case 'setting':
      return [...node(check.node, 'node', null), ...settingProblems(lab, act, check, path, source)];
    case 'spent':
    case 'fault': {
      const client = check.type === 'spent' ? node(check.client, 'client', clients) : [];
      const known = Object.keys(faultSettings);
      const strange = known.includes(check.fault)
        ? []
        : [unknownName(source, [...path, 'fault'], 'fault', check.fault, known)];
      return [...client, ...node(check.node, 'node', backends), ...strange];
    }
    case 'answer':
      return 'mostErrors' in check.truth
        ? nodeProblems(lab, act, check.truth.mostErrors, backends, [...path, 'truth', 'mostErrors'], source)
        : [];
    case 'command':
      return [
        ...node(check.node, 'node', null),
        ...regexProblems(check.matches, [...path, 'matches'], source),
      ];
    case 'captured':
      return [check.at, check.from, check.to, check.source].flatMap((reference, index) =>
        reference === undefined ? [] : node(reference, ['at', 'from', 'to', 'source'][index] ?? 'at', null),
      );
    case 'captured-text':
      return [
        ...node(check.at, 'at', null),
        ...(check.from === undefined ? [] : node(check.from, 'from', null)),
        ...(check.to === undefined ? [] : node(check.to, 'to', null)),
        ...regexProblems(check.matches, [...path, 'matches'], source),
      ];
    case 'captured-same':
      return [...node(check.left, 'left', null), ...node(check.right, 'right', null)];
    case 'ledger':
      return [];
  }
}

export function regexProblems(text: string, path: Path, source: YamlSource): readonly LabProblem[] {
  try {
    new RegExp(text, 'm');
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [problem(source, { path, message, expected: 'a regular expression' })];
  }
}

function nodeProblems(
  lab: Lab,
  act: number,
  reference: string,
  roles: readonly LabRole[] | null,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const [member] = referencedMembers(lab, act, reference);
  if (member === undefined) return [unknownNode(lab, act, reference, path, source)];
  if (roles === null || roles.includes(member.node.role)) return [];
  return [
    problem(source, {
      path,
      message: `"${reference}" is a ${member.node.role}`,
      expected: `a node with role ${roles.join(' or ')}`,
    }),
  ];
}

/** A name in a node's settings (a kind of its mix, a route, a group), as the lab file states it or the act's opening. */
function knownIn(
  lab: Lab,
  act: number,
  reference: string,
  where: readonly string[],
  name: string,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const [member] = referencedMembers(lab, act, reference);
  const settings = member === undefined ? undefined : openedNodes(lab, act)[member.group]?.settings;
  const found = where.reduce<Json | undefined>(
    (value, key) => (isSettings(value) ? value[key] : undefined),
    settings,
  );
  // A step may be the one that makes it: only what is stated can be misspelt.
  if (!isSettings(found) || Object.keys(found).length === 0 || name in found) return [];
  return [unknownName(source, path, where.at(-1) ?? 'name', name, Object.keys(found))];
}

/** A setting that its role does not have could never be equal to anything. */
function settingProblems(
  lab: Lab,
  act: number,
  check: Extract<SimpleCheck, { type: 'setting' }>,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const [member] = referencedMembers(lab, act, check.node);
  if (member === undefined) return [];
  const schema = nodeSettings[member.node.role];
  const keys = check.path.split('.');
  const wrong = keys.findIndex((_, index) => schemaAt(schema, {}, keys.slice(0, index + 1)) === null);
  if (wrong === -1) return [];
  const valid = keysOf(schemaAt(schema, {}, keys.slice(0, wrong))).map((key) =>
    [...keys.slice(0, wrong), key].join('.'),
  );
  return [unknownName(source, [...path, 'path'], 'setting', check.path, valid)];
}
