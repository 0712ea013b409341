import type { LabProblem } from '../../contract/catalogue.ts';
import type { Lab, LabAct } from './lab.ts';
import type { GuideAct } from './guide-file.ts';
import { nearest } from './nearest.ts';
import { problem } from './problem.ts';
import type { YamlSource } from './yaml-source.ts';

/** Guide and lab correspond one to one: every act and step has its words, and no words are about nothing. */
export function guideProblems(lab: Lab, guideFile: string, source: YamlSource): readonly LabProblem[] {
  const told = lab.guide.acts;
  const untold = lab.acts.flatMap((act, index) => {
    const words = told.find((one) => one.id === act.id);
    if (words !== undefined) return untoldSteps(act, index, words, source);
    return [
      problem(source, {
        path: ['acts', index, 'id'],
        message: `guide.md says nothing of act "${act.id}"`,
        expected: `a heading "# Title {#${act.id}}"`,
      }),
    ];
  });
  const stray = told.flatMap((words) => {
    const act = lab.acts.find((one) => one.id === words.id);
    const acts = lab.acts.map((one) => one.id);
    return act === undefined
      ? [strayHeading(guideFile, words.line, 'act', words.id, acts)]
      : straySteps(act, words, guideFile);
  });
  return [...untold, ...stray];
}

function untoldSteps(act: LabAct, index: number, words: GuideAct, source: YamlSource): readonly LabProblem[] {
  return act.steps.flatMap((step, number) => {
    const told = words.steps.find((one) => one.id === step.id);
    const path = ['acts', index, 'steps', number, 'id'];
    if (told === undefined) {
      return [
        problem(source, {
          path,
          message: `guide.md says nothing of step "${step.id}"`,
          expected: `a heading "## Title {#${step.id}}" in act "${act.id}"`,
        }),
      ];
    }
    if (told.text === '' || told.why === '') {
      return [
        problem(source, {
          path,
          message: `step "${step.id}" lacks ${told.text === '' ? 'its text' : 'its why'} in guide.md`,
          expected: 'text under the heading, and a "### Why" for after the pass',
        }),
      ];
    }
    return [];
  });
}

function straySteps(act: LabAct, words: GuideAct, file: string): readonly LabProblem[] {
  const ids = act.steps.map((step) => step.id);
  const seen = new Set<string>();
  return words.steps.flatMap((step) => {
    const known = ids.includes(step.id) && !seen.has(step.id);
    seen.add(step.id);
    return known ? [] : [strayHeading(file, step.line, 'step', step.id, ids)];
  });
}

function strayHeading(
  file: string,
  line: number,
  what: string,
  id: string,
  valid: readonly string[],
): LabProblem {
  return {
    file,
    line,
    column: 1,
    message: `the ${what} "${id}" is not in lab.yaml, or stands here twice`,
    expected: `one of ${valid.join(', ')}, once each`,
    suggestion: nearest(id, valid),
  };
}
