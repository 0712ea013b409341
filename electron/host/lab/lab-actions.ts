import { join } from 'node:path';
import type { Action } from '../../../labs/actions.ts';
import { nodeSettings } from '../../../labs/nodes.ts';
import { faultSettings } from '../../../docker/protocol/faults.ts';
import type { FaultName } from '../../../docker/protocol/faults.ts';
import type { LabProblem } from '../../contract/catalogue.ts';
import { actNodes, allMembers } from './groups.ts';
import type { Member } from './groups.ts';
import type { Lab, Settings } from './lab.ts';
import { manifestProblems } from './manifests.ts';
import { mergeSettings } from './merge.ts';
import { problem, unknownName } from './problem.ts';
import { referenced } from './program-settings.ts';
import { regexProblems } from './lab-checks.ts';
import { schemaProblems } from './schema-problems.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Every action must find its node, fit that node's role, and carry settings that the program would take. */
export function actionProblems(
  lab: Lab,
  act: number,
  actions: readonly Action[],
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  return actions.flatMap((action, index) => oneAction(lab, act, action, [...path, index], source));
}

function oneAction(
  lab: Lab,
  act: number,
  action: Action,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  if (action.do === 'predict' || action.do === 'answer')
    return answerProblems(lab, act, action, path, source);
  const found = referencedMembers(lab, act, action.node);
  const [member] = found;
  if (member === undefined) return [unknownNode(lab, act, action.node, [...path, 'node'], source)];
  switch (action.do) {
    case 'set':
      return settingsProblems(lab, act, member, action.settings, [...path, 'settings'], source);
    case 'apply':
      return applyProblems(lab, act, member, action.manifests, [...path, 'manifests'], source);
    case 'fault':
      return [
        ...backendOnly(member, path, source),
        ...faultProblems(action.fault, action.with, [...path, 'with'], source),
      ];
    case 'heal':
      return backendOnly(member, path, source);
    case 'run':
      return action.expect === undefined ? [] : regexProblems(action.expect, [...path, 'expect'], source);
    case 'power':
    case 'capture':
      return [];
  }
}

function applyProblems(
  lab: Lab,
  act: number,
  member: Member,
  name: string,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const text = lab.manifests[name];
  if (text === undefined)
    return [unknownName(source, path, 'file in manifests', name, Object.keys(lab.manifests))];
  const file = { name: join(lab.path, 'manifests', name), text };
  return manifestProblems(file, member.group, member.node, actNodes(lab, act));
}

/** The nodes that a reference means, whichever way a variable falls. */
export function referencedMembers(lab: Lab, act: number, reference: string): readonly Member[] {
  const variable = reference.startsWith('$') ? lab.file.pick[reference.slice(1)] : undefined;
  const name = variable === undefined ? reference : variable.from;
  return allMembers(actNodes(lab, act)).filter((member) => member.name === name || member.group === name);
}

export function unknownNode(
  lab: Lab,
  act: number,
  reference: string,
  path: Path,
  source: YamlSource,
): LabProblem {
  const nodes = actNodes(lab, act);
  const variables = Object.keys(lab.file.pick).map((name) => `$${name}`);
  const members = allMembers(nodes).map((member) => member.name);
  return unknownName(source, path, 'node', reference, [
    ...new Set([...Object.keys(nodes), ...variables, ...members]),
  ]);
}

export function faultProblems(
  fault: FaultName,
  settings: unknown,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const parsed = faultSettings[fault].safeParse(settings);
  if (parsed.success) return [];
  return schemaProblems(faultSettings[fault], parsed.error.issues, under(source, path, settings));
}

/** The node's own settings with the patch merged in must be settings that its role takes. */
function settingsProblems(
  lab: Lab,
  act: number,
  member: Member,
  patch: Settings,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const schema = nodeSettings[member.node.role];
  const merged = mergeSettings(member.node.settings, patch);
  const parsed = schema.safeParse(merged);
  if (!parsed.success) return schemaProblems(schema, parsed.error.issues, under(source, path, merged));
  return referenced(member.node.role, patch)
    .filter((name) => referencedMembers(lab, act, name).length === 0)
    .map((name) => unknownNode(lab, act, name, path, source));
}

function backendOnly(member: Member, path: Path, source: YamlSource): readonly LabProblem[] {
  if (member.node.role === 'backend') return [];
  return [
    problem(source, {
      path: [...path, 'node'],
      message: `"${member.name}" is a ${member.node.role}, which has no faults`,
      expected: 'a backend',
    }),
  ];
}

function answerProblems(
  lab: Lab,
  act: number,
  action: Extract<Action, { do: 'predict' | 'answer' }>,
  path: Path,
  source: YamlSource,
): readonly LabProblem[] {
  const steps = lab.acts[act]?.steps ?? [];
  const step = steps.find((one) => one.id === action.step);
  if (step === undefined) {
    return [
      unknownName(
        source,
        [...path, 'step'],
        'step',
        action.step,
        steps.map((one) => one.id),
      ),
    ];
  }
  const question = action.do === 'predict' ? step.predict : step.answer;
  if (question === undefined) {
    const message = `step "${action.step}" asks for no ${action.do === 'predict' ? 'prediction' : 'answer'}`;
    return [problem(source, { path: [...path, 'step'], message, expected: `a step with "${action.do}"` })];
  }
  const from = 'from' in question ? question.from : null;
  const valid =
    from !== null
      ? [
          ...referencedMembers(lab, act, from).map((one) => one.name),
          ...Object.keys(lab.file.pick).map((name) => `$${name}`),
        ]
      : 'choices' in question
        ? question.choices.map((choice) => choice.value)
        : [];
  return valid.includes(action.value)
    ? []
    : [unknownName(source, [...path, 'value'], 'choice', action.value, valid)];
}

/** The same file seen from one value on, whose paths begin there. */
function under(source: YamlSource, path: Path, value: unknown): YamlSource {
  return { ...source, value, place: (inner, of) => source.place([...path, ...inner], of) };
}
