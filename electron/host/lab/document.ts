import type { Capability } from '../../contract/app.ts';
import type {
  ActDocument,
  LabDocument,
  LabSummary,
  QuestionDocument,
  StepDocument,
} from '../../contract/catalogue.ts';
import type { EngineReport } from '../../contract/app.ts';
import type { StepFile } from '../../../labs/schema.ts';
import { expectation } from '../checks/expectation.ts';
import { actNodes, members } from './groups.ts';
import type { GuideAct, GuideStep } from './guide-file.ts';
import type { Lab, LabAct } from './lab.ts';
import { planeOf } from './node-network.ts';

/** The lab's card. `passed` are the steps that this person has passed at some time. */
export function labSummary(
  lab: Lab,
  engines: readonly EngineReport[],
  passed: ReadonlySet<string>,
): LabSummary {
  const steps = lab.acts.flatMap((act) => act.steps);
  return {
    id: lab.id,
    title: lab.file.title,
    theme: lab.file.theme,
    question: lab.file.question,
    minutes: lab.file.minutes,
    needs: lab.file.needs,
    engines: engines
      .filter((engine) => engine.available && missing(lab, 0, engine.capabilities).length === 0)
      .map((engine) => engine.id),
    acts: lab.acts.length,
    steps: steps.length,
    passed: steps.filter((step) => passed.has(step.id)).length,
  };
}

/** What an act needs and the engine has not. Where there are kernels at all, each node's data path must work there, too. */
export function missing(lab: Lab, act: number, has: readonly Capability[]): readonly Capability[] {
  const stated = [...lab.file.needs, ...(lab.acts[act]?.needs ?? [])];
  const needs = new Set([...stated, ...(has.includes('kernel') ? dataPaths(lab, act) : [])]);
  return [...needs].filter((need) => !has.includes(need));
}

function dataPaths(lab: Lab, act: number): readonly Capability[] {
  return Object.values(actNodes(lab, act)).flatMap((node): readonly Capability[] => {
    if (node.role === 'kube-node') return ['kube-proxy'];
    const plane = planeOf(node);
    return plane === null || plane === 'userspace' ? [] : [plane];
  });
}

/** The lab's text for the window. Without an engine nothing is known to be missing. */
export function labDocument(lab: Lab, has: readonly Capability[] | null, scale: number): LabDocument {
  const { file, guide } = lab;
  return {
    id: lab.id,
    title: file.title,
    question: file.question,
    story: guide.story,
    path: lab.path,
    scale,
    scaleNote: file.time.note,
    acts: lab.acts.map((act, index) => actDocument(lab, act, index, has)),
    cards: file.cards,
    closing:
      file.closing === undefined ? null : { prompt: file.closing.prompt, choices: file.closing.choices },
  };
}

/** The contract's `right` is not there on purpose: the window learns it by asking. */
export function closingIsRight(lab: Lab, value: string): boolean {
  return lab.file.closing?.right === value;
}

function actDocument(lab: Lab, act: LabAct, index: number, has: readonly Capability[] | null): ActDocument {
  const text: GuideAct | undefined = lab.guide.acts.find((one) => one.id === act.id);
  return {
    id: act.id,
    title: text?.title ?? act.id,
    intro: text?.intro ?? '',
    needs: act.needs,
    missing: has === null ? [] : missing(lab, index, has),
    steps: act.steps.map((step) =>
      stepDocument(
        lab,
        step,
        index,
        text?.steps.find((one) => one.id === step.id),
      ),
    ),
  };
}

function stepDocument(lab: Lab, step: StepFile, act: number, text: GuideStep | undefined): StepDocument {
  return {
    id: step.id,
    title: text?.title ?? step.id,
    text: text?.text ?? '',
    hints: text?.hints ?? [],
    why: text?.why ?? '',
    predict: step.predict === undefined ? null : predictQuestion(step.predict),
    answer: step.answer === undefined ? null : answerQuestion(lab, step.answer, act),
    expects: expectation(step.check),
  };
}

function predictQuestion({ prompt, choices }: NonNullable<StepFile['predict']>): QuestionDocument {
  return { prompt, choices: choices.map(({ value, text, explain }) => ({ value, text, explain })) };
}

function answerQuestion(lab: Lab, answer: NonNullable<StepFile['answer']>, act: number): QuestionDocument {
  if ('choices' in answer) return answer;
  const names = members(actNodes(lab, act), answer.from);
  return { prompt: answer.prompt, choices: names.map((name) => ({ value: name, text: name, explain: '' })) };
}
