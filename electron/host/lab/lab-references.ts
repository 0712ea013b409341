import type { LabProblem } from '../../contract/catalogue.ts';
import type { FaultName } from '../../../docker/protocol/faults.ts';
import { isPeerRole } from '../../../docker/protocol/peers/roles.ts';
import { actNodes, allMembers } from './groups.ts';
import { actionProblems, faultProblems, referencedMembers } from './lab-actions.ts';
import { certificateProblems } from './lab-certificates.ts';
import { checkProblems } from './lab-checks.ts';
import type { Lab, LabNode, LabNodes } from './lab.ts';
import { networkProblems } from './lab-network.ts';
import { openedNodes } from './links.ts';
import { problem, unknownName } from './problem.ts';
import { referenced } from './program-settings.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** What a schema cannot see: names that lead nowhere, names used twice, and traffic that runs in a circle. */
export function referenceProblems(lab: Lab, source: YamlSource): readonly LabProblem[] {
  return [
    ...pickProblems(lab, source),
    ...closingProblems(lab, source),
    ...nodeProblems(lab, lab.nodes, 0, ['nodes'], source),
    ...clashes(lab, source),
    ...duplicates(lab, source),
    ...certificateProblems(lab, source),
    ...lab.acts.flatMap((_, act) => actProblems(lab, act, source)),
  ];
}

function actProblems(lab: Lab, act: number, source: YamlSource): readonly LabProblem[] {
  const own = lab.acts[act];
  if (own === undefined) return [];
  const begin = own.begin.flatMap((action, index) =>
    action.do === 'predict' || action.do === 'answer'
      ? [
          problem(source, {
            path: ['acts', act, 'begin', index, 'do'],
            message: `"${action.do}" is the person's to do`,
            expected: 'set, fault, heal, power or run',
          }),
        ]
      : [],
  );
  const steps = own.steps.flatMap((step, index) => {
    const path = ['acts', act, 'steps', index];
    const from = step.answer !== undefined && 'from' in step.answer ? step.answer.from : null;
    const nodes = actNodes(lab, act);
    return [
      ...checkProblems(lab, act, step.check, [...path, 'check'], source),
      ...(step.predict?.choices ?? []).flatMap((choice, number) =>
        checkProblems(lab, act, choice.holds, [...path, 'predict', 'choices', number, 'holds'], source),
      ),
      ...(from === null || nodes[from] !== undefined
        ? []
        : [unknownName(source, [...path, 'answer', 'from'], 'node', from, Object.keys(nodes))]),
    ];
  });
  return [
    ...nodeProblems(lab, own.nodes, act, ['acts', act, 'nodes'], source),
    ...begin,
    ...actionProblems(lab, act, own.begin, ['acts', act, 'begin'], source),
    ...steps,
    ...cycles(lab, act, source),
  ];
}

function nodeProblems(
  lab: Lab,
  nodes: LabNodes,
  act: number,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  return Object.entries(nodes).flatMap(([name, node]) => {
    const valid = Object.keys(actNodes(lab, act));
    const astray = referenced(node.role, node.settings)
      .filter((reference) => referencedMembers(lab, act, reference).length === 0)
      .map((reference) =>
        unknownName(
          source,
          [...path, name, 'settings', node.role === 'client' ? 'to' : 'targets'],
          'node',
          reference,
          valid,
        ),
      );
    const faults = Object.entries(node.faults ?? {}).flatMap(([fault, use]) =>
      faultProblems(fault as FaultName, use.with, [...path, name, 'faults', fault, 'with'], source),
    );
    return [
      ...astray,
      ...faults,
      ...needProblems(lab, node, path, name, source),
      ...networkProblems(lab, act, node, [...path, name], source),
    ];
  });
}

/** Real systems live in containers only: the lab, or the act that they belong to, has to say so. */
function needProblems(
  lab: Lab,
  node: LabNode,
  path: Path,
  name: string,
  source: YamlSource,
): readonly LabProblem[] {
  const [, act] = path[0] === 'acts' ? path : [];
  const own = typeof act === 'number' ? (lab.acts[act]?.needs ?? []) : [];
  if (!isPeerRole(node.role) || [...lab.file.needs, ...own].includes('docker')) return [];
  return [
    problem(source, {
      path: [...path, name, 'role'],
      message: `a real ${node.role} runs in a container only`,
      expected: `needs: [docker] in ${typeof act === 'number' ? 'its act' : 'the lab'}`,
    }),
  ];
}

function pickProblems(lab: Lab, source: YamlSource): readonly LabProblem[] {
  const groups = Object.keys(lab.nodes);
  const steps = lab.acts.flatMap((act) => act.steps.map((step) => step.id));
  return Object.entries(lab.file.pick).flatMap(([variable, { from, foundBy }]) => [
    ...(groups.includes(from) ? [] : [unknownName(source, ['pick', variable, 'from'], 'node', from, groups)]),
    ...(foundBy === undefined || steps.includes(foundBy)
      ? []
      : [unknownName(source, ['pick', variable, 'foundBy'], 'step', foundBy, steps)]),
  ]);
}

function closingProblems(lab: Lab, source: YamlSource): readonly LabProblem[] {
  const { closing } = lab.file;
  const values = closing?.choices.map((choice) => choice.value) ?? [];
  if (closing === undefined || values.includes(closing.right)) return [];
  return [unknownName(source, ['closing', 'right'], 'choice', closing.right, values)];
}

/** Two entries that come to the same node name, and so to the same address: `backend` with a count, and `backend-1`. */
function clashes(lab: Lab, source: YamlSource): readonly LabProblem[] {
  return lab.acts.flatMap((act, index) => {
    const seen = new Map<string, string>();
    return allMembers(actNodes(lab, index)).flatMap(({ name, group }) => {
      const other = seen.get(name);
      seen.set(name, group);
      const path = act.nodes[group] === undefined ? ['nodes', group] : ['acts', index, 'nodes', group];
      const redefined = act.nodes[group] !== undefined && lab.nodes[group] !== undefined;
      if (other === undefined && !redefined) return [];
      return [
        problem(source, {
          path,
          of: 'key',
          message: `two nodes would be called "${name}" and share one address`,
          expected: `a name that ${other === undefined || other === group ? 'no other node has' : `"${other}" does not take`}`,
        }),
      ];
    });
  });
}

/** Steps are named across the whole lab, because a prediction or an answer names only the step. */
function duplicates(lab: Lab, source: YamlSource): readonly LabProblem[] {
  const ids = lab.acts.flatMap((act, index) => [
    { what: 'act', id: act.id, path: ['acts', index, 'id'] },
    ...act.steps.map((step, number) => ({
      what: 'step',
      id: step.id,
      path: ['acts', index, 'steps', number, 'id'],
    })),
  ]);
  const seen = new Set<string>();
  return ids.flatMap(({ what, id, path }) => {
    const key = `${what} ${id}`;
    const fresh = !seen.has(key);
    seen.add(key);
    if (fresh) return [];
    return [
      problem(source, { path, message: `there is another ${what} "${id}"`, expected: 'an id of its own' }),
    ];
  });
}

/** Traffic that comes back to where it was would run for ever. */
function cycles(lab: Lab, act: number, source: YamlSource): readonly LabProblem[] {
  const nodes = openedNodes(lab, act);
  const next = (group: string) => {
    const node = nodes[group];
    if (node === undefined) return [];
    return referenced(node.role, node.settings).map(
      (reference) => referencedMembers(lab, act, reference)[0]?.group ?? reference,
    );
  };
  const path = findCycle(Object.keys(nodes), next);
  const [first] = path;
  if (first === undefined) return [];
  return [
    problem(source, {
      path: lab.nodes[first] === undefined ? ['acts', act, 'nodes', first] : ['nodes', first],
      of: 'key',
      message: `traffic runs in a circle: ${path.join(' -> ')}`,
      expected: 'a path that ends at a backend',
    }),
  ];
}

export function findCycle(
  names: readonly string[],
  next: (name: string) => readonly string[],
): readonly string[] {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): readonly string[] => {
    const before = trail.indexOf(name);
    if (before !== -1) return [...trail.slice(before), name];
    if (done.has(name)) return [];
    const found = next(name)
      .map((to) => visit(to, [...trail, name]))
      .find((path) => path.length > 0);
    done.add(name);
    return found ?? [];
  };
  return names.map((name) => visit(name, [])).find((path) => path.length > 0) ?? [];
}
