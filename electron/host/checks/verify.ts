import type { EngineId } from '../../contract/app.ts';
import type { GuideState, Verdict } from '../../contract/guide.ts';
import { BlindspotError } from '../../contract/errors.ts';
import { concreteActions } from '../lab/actions.ts';
import type { Controller } from '../controller.ts';
import { missing } from '../lab/document.ts';
import type { GuideRunner } from '../lab/guide-runner.ts';
import type { Lab } from '../lab/lab.ts';
import type { Session } from '../lab/session.ts';

/** One lab proved, or not, on one engine. The shape is relied on by scripts. */
export interface Proof {
  readonly lab: string;
  readonly engine: EngineId;
  readonly verdict: 'proved' | 'failed' | 'skipped';
  readonly reason: string;
  readonly seconds: number;
  readonly checks: readonly ProvedCheck[];
}

type Scored = NonNullable<GuideState['steps'][number]['prediction']>;

export interface ProvedCheck {
  readonly id: string;
  readonly before: 'pass' | 'fail';
  readonly after: 'pass' | 'fail';
  readonly measured: string;
  readonly expected: string;
  /** What the guide made of the solution's own prediction; null where the step asks for none. */
  readonly prediction: Scored | null;
  /** From the step's opening to its verdict. */
  readonly seconds: number;
}

export type Tell = (line: string) => void;

const stepLimitMs = 60_000;
const pollMs = 25;

/**
 * Brings a lab up, asserts that each check fails before its step, does what the solution says through the same calls
 * as a person's buttons, asserts that the check passes, and takes the lab down, whatever happened.
 */
export async function prove(
  controller: Controller,
  lab: Lab,
  engine: EngineId,
  tell: Tell,
  afterStep?: (step: string) => Promise<void>,
): Promise<Proof> {
  const began = Date.now();
  const checks: ProvedCheck[] = [];
  const skippedActs: string[] = [];
  const done = (verdict: Proof['verdict'], reason: string): Proof => ({
    lab: lab.id,
    engine,
    verdict,
    reason,
    seconds: tenths(Date.now() - began),
    checks,
  });
  const has = controller.capabilities(engine);
  const absent = missing(lab, 0, has);
  if (absent.length > 0) return done('skipped', `needs ${absent.join(', ')}`);

  try {
    tell(`${lab.file.title} on ${engine}`);
    const session = await controller.up(lab.id, engine);
    tell(`  up in ${seconds(Date.now() - began)}`);
    for (const [index, act] of lab.acts.entries()) {
      const lacking = missing(lab, index, has);
      if (lacking.length > 0) {
        skippedActs.push(`act ${act.id} needs ${lacking.join(', ')}`);
        continue;
      }
      if (index > 0) await controller.openAct(act.id);
      tell(`  act ${act.id}`);
      for (const step of act.steps) {
        const check = await proveStep(controller, session, lab, step.id);
        checks.push(check);
        await afterStep?.(step.id);
        tell(
          `    ${check.before === 'fail' && check.after === 'pass' ? 'proved' : 'FAILED'} ${step.id} in ${check.seconds} s: ${check.measured} (expected ${check.expected})`,
        );
        if (check.before === 'pass')
          return done('failed', `${step.id} passes without its step: ${check.measured}`);
        if (check.after === 'fail')
          return done('failed', `${step.id}: ${check.measured}; expected ${check.expected}`);
        if (check.prediction !== null && check.prediction.verdict !== 'right') {
          const { verdict, measured } = check.prediction;
          return done(
            'failed',
            `${step.id}: the solution's own prediction was found ${verdict}: ${measured}`,
          );
        }
      }
    }
    if (lab.solution.close !== undefined && controller.runner?.close(lab.solution.close) === false) {
      return done('failed', 'the solution answers the closing question wrongly');
    }
    await controller.down();
    const reason =
      skippedActs.length === 0
        ? 'every check failed before its step and passed after'
        : `${skippedActs.join('; ')}; the rest was proved`;
    return done('proved', reason);
  } catch (thrown) {
    return done('failed', thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    await controller.down();
    tell(`  down after ${seconds(Date.now() - began)}`);
  }
}

async function proveStep(
  controller: Controller,
  session: Session,
  lab: Lab,
  step: string,
): Promise<ProvedCheck> {
  const guide = controller.runner;
  if (guide === null)
    throw new BlindspotError({ code: 'session-none', message: 'The lab went away while it was proved.' });
  const began = Date.now();
  const before = guide.opening(step);
  await replay(session, guide, lab, step);
  const after = await waitForPass(guide, step);
  const prediction = await scored(guide, step);
  return {
    id: step,
    before: before.state === 'pass' ? 'pass' : 'fail',
    after: after.state === 'pass' ? 'pass' : 'fail',
    measured: after.measured,
    expected: after.expected,
    prediction,
    seconds: tenths(Date.now() - began),
  };
}

async function replay(session: Session, guide: GuideRunner, lab: Lab, step: string): Promise<void> {
  for (const action of concreteActions(lab.solution.steps[step] ?? [], session.actionContext())) {
    if (action.do === 'predict') guide.predict(action.step, action.value);
    else if (action.do === 'answer') guide.answer(action.step, action.value);
    else await session.act(action);
  }
}

/** The guide judges on every sample and every event; here one only waits for its word, or for the limit. */
async function waitForPass(guide: GuideRunner, step: string): Promise<Verdict> {
  const limit = Date.now() + stepLimitMs;
  for (;;) {
    guide.judge();
    const verdict = guide.state().steps.find((one) => one.id === step)?.verdict;
    if (verdict === undefined)
      throw new BlindspotError({ code: 'not-found', message: `The act has no step "${step}".` });
    if (verdict.state === 'pass' || Date.now() > limit) return verdict;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** The guide scores a prediction when it passes the step, or a moment later. */
async function scored(guide: GuideRunner, step: string): Promise<Scored | null> {
  for (;;) {
    const { prediction, state } = guide.state().steps.find((one) => one.id === step) ?? {};
    if (prediction?.verdict !== 'open' || state !== 'passed') return prediction ?? null;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    guide.judge();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function tenths(ms: number): number {
  return Math.round(ms / 100) / 10;
}
