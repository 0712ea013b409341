import type { LabProblem } from '../../contract/catalogue.ts';
import type { Action } from '../../../labs/actions.ts';
import { actNodes, allMembers } from './groups.ts';
import type { Lab, LabNode } from './lab.ts';
import { isSettings } from './merge.ts';
import { problem, unknownName } from './problem.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Names of sites that lead nowhere, and nodes told to show a certificate that they do not hold. */
export function certificateProblems(lab: Lab, source: YamlSource): readonly LabProblem[] {
  const known = lab.acts.flatMap((_, act) => allMembers(actNodes(lab, act)).map(({ name }) => name));
  const hosts = Object.entries(lab.file.hosts)
    .filter(([, node]) => !known.includes(node))
    .map(([host, node]) => unknownName(source, ['hosts', host], 'node', node, known));
  const nodes = Object.entries(lab.nodes)
    .filter(([, node]) => node.certificates === undefined && shows(node))
    .map(([name]) => lacking(source, ['nodes', name], name));
  const acts = lab.acts.flatMap((act, index) => [
    ...Object.entries(act.nodes)
      .filter(([, node]) => node.certificates === undefined && shows(node))
      .map(([name]) => lacking(source, ['acts', index, 'nodes', name], name)),
    ...act.begin.flatMap((action, place) => {
      if (action.do !== 'set' && action.do !== 'fault') return [];
      const node = actNodes(lab, index)[action.node];
      if (node === undefined || node.certificates !== undefined || !toShow(action, node.role)) return [];
      return [lacking(source, ['acts', index, 'begin', place], action.node)];
    }),
  ]);
  return [...hosts, ...nodes, ...acts];
}

/** A listener that speaks TLS, and a client that shows who it is, need a certificate of their own. */
function shows({ role, settings, faults }: LabNode): boolean {
  return wants(role, settings) || faults?.['wrong-certificate'] !== undefined;
}

function wants(role: LabNode['role'], settings: LabNode['settings']): boolean {
  const { tls } = settings;
  if (!isSettings(tls)) return false;
  return role === 'client' ? tls.present === true : tls.on === true;
}

function toShow(action: Extract<Action, { do: 'set' | 'fault' }>, role: LabNode['role']): boolean {
  return action.do === 'set' ? wants(role, action.settings) : action.fault === 'wrong-certificate';
}

function lacking(source: YamlSource, path: Path, name: string): LabProblem {
  return problem(source, {
    path,
    message: `${name} is to show a certificate, and holds none`,
    expected: `"certificates: []" at the node, or the names of its sites, as "certificates: [app.lab]"`,
  });
}
