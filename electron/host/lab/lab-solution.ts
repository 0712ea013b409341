import type { LabProblem } from '../../contract/catalogue.ts';
import { actionProblems } from './lab-actions.ts';
import type { Lab } from './lab.ts';
import { problem, unknownName } from './problem.ts';
import type { YamlSource } from './yaml-source.ts';

/** The solution has every step, no other, and does only what can be done there. */
export function solutionProblems(lab: Lab, source: YamlSource): readonly LabProblem[] {
  const steps = lab.acts.flatMap((act, index) =>
    act.steps.map(({ id, predict }) => ({ id, predict, act: index })),
  );
  const ids = steps.map((step) => step.id);
  const strange = Object.keys(lab.solution.steps)
    .filter((id) => !ids.includes(id))
    .map((id) => unknownName(source, ['steps', id], 'step', id, ids));
  const missing = ids
    .filter((id) => !(id in lab.solution.steps))
    .map((id) =>
      problem(source, {
        path: ['steps'],
        of: 'key',
        message: `step "${id}" has no solution`,
        expected: `"${id}:" with its actions, or [] where one only watches`,
      }),
    );
  const wrong = steps.flatMap(({ id, act }) =>
    actionProblems(lab, act, lab.solution.steps[id] ?? [], ['steps', id], source),
  );
  // Without it the step would never pass.
  const unpredicted = steps
    .filter(({ id, predict }) => {
      const actions = lab.solution.steps[id];
      return (
        predict !== undefined && actions?.some((one) => one.do === 'predict' && one.step === id) === false
      );
    })
    .map(({ id }) =>
      problem(source, {
        path: ['steps', id],
        message: `step "${id}" asks for a prediction, and the solution makes none`,
        expected: `"- { do: predict, step: ${id}, value: … }" as its first action`,
      }),
    );
  return [...strange, ...missing, ...unpredicted, ...wrong, ...closingProblems(lab, source)];
}

function closingProblems(lab: Lab, source: YamlSource): readonly LabProblem[] {
  const right = lab.file.closing?.right;
  if (right === lab.solution.close) return [];
  return [
    problem(source, {
      path: ['close'],
      message:
        right === undefined
          ? 'the lab asks no closing question'
          : 'not the right answer of the closing question',
      expected: right === undefined ? 'no "close"' : `"close: ${right}"`,
      suggestion: right ?? null,
    }),
  ];
}
