import type { GuideState, StepState, Verdict } from '../../contract/guide.ts';
import { BlindspotError } from '../../contract/errors.ts';
import { evaluate } from '../checks/evaluate.ts';
import { predict } from '../../../docker/protocol/prediction.ts';
import type { Evidence } from '../checks/evidence.ts';
import type { Json } from '../../contract/session.ts';
import type { StepFile } from '../../../labs/schema.ts';
import { actNodes, members } from './groups.ts';
import { totalDifference } from '../telemetry/ledger.ts';
import { picks } from './pick.ts';
import type { Session } from './session.ts';

/**
 * A prediction that is not borne out so much after its step has passed was wrong; checks look back two seconds. Where too
 * little was measured to say so, a slow machine is waited for.
 */
const scoringMs = { fail: 3000, waiting: 10_000 };

interface StepProgress {
  readonly step: StepFile;
  openedAt: number | null;
  /** The verdict at the moment it opened, before anybody did anything. */
  opening: Verdict | null;
  passed: Verdict | null;
  verdict: Verdict;
  prediction: { value: string; verdict: 'open' | 'right' | 'wrong'; measured: string } | null;
  answer: string | null;
}

/**
 * Where the person is in the guide. One step is open at a time and is judged on what was measured since it opened;
 * a step that has passed stays passed, with the verdict that passed it.
 */
export class GuideRunner {
  private steps: StepProgress[] = [];
  private actBeganAt = Date.now();
  private readonly passedActs = new Set<string>();
  private closing: { value: string; right: boolean } | null = null;
  private readonly session: Session;
  private readonly onPass: (step: string, verdict: Verdict) => void;
  private readonly picked: Readonly<Record<string, string>>;

  constructor(session: Session, onPass: (step: string, verdict: Verdict) => void) {
    this.session = session;
    this.onPass = onPass;
    this.picked = picks(session.lab, session.id, session.actionContext().allocation);
    this.openAct();
  }

  openAct(): void {
    const act = this.session.lab.acts[this.session.actIndex];
    this.actBeganAt = Date.now();
    this.steps = (act?.steps ?? []).map((step) => ({
      step,
      openedAt: null,
      opening: null,
      passed: null,
      verdict: waiting(step.id),
      prediction: null,
      answer: null,
    }));
    this.openNext();
  }

  /** Judges the open step; true when something changed that a window would show. */
  judge(): boolean {
    const scored = this.steps.filter((step) => this.scorePrediction(step)).length > 0;
    const open = this.steps.find((step) => step.openedAt !== null && step.passed === null);
    if (open === undefined) return scored;
    const verdict = this.verdictOf(open);
    const changed = verdict.measured !== open.verdict.measured || verdict.state !== open.verdict.state;
    open.verdict = verdict;
    if (verdict.state === 'pass' && !owesPrediction(open)) this.pass(open, verdict);
    return changed || scored;
  }

  /** What a step's check said as it opened, before time or anybody's hand changed anything. */
  opening(step: string): Verdict {
    const found = this.find(step);
    return found.opening ?? this.verdictOf(found);
  }

  /** The step that is open, or null when the act is done. */
  openStep(): string | null {
    return this.steps.find((step) => step.openedAt !== null && step.passed === null)?.step.id ?? null;
  }

  predict(step: string, value: string): void {
    const found = this.find(step);
    const known = found.step.predict?.choices.some((choice) => choice.value === value) === true;
    if (!known) throw badValue(step, value);
    if (found.passed !== null || (found.prediction !== null && found.prediction.verdict !== 'open')) return;
    found.prediction = { value, verdict: 'open', measured: '' };
  }

  answer(step: string, value: string): void {
    const found = this.find(step);
    const choices = this.choicesOf(found.step);
    if (!choices.includes(value)) throw badValue(step, value);
    found.answer = value;
  }

  close(value: string): boolean {
    const { closing } = this.session.lab.file;
    if (closing?.choices.some((choice) => choice.value === value) !== true)
      throw badValue('closing question', value);
    this.closing = { value, right: closing.right === value };
    return this.closing.right;
  }

  /** Nodes whose faults the lab keeps to itself until the step that finds them has passed. */
  mystery(): ReadonlySet<string> {
    const hidden = new Set<string>();
    for (const [variable, { from, foundBy }] of Object.entries(this.session.lab.file.pick)) {
      if (foundBy === undefined || this.isPassed(foundBy) || !(variable in this.picked)) continue;
      for (const name of members(actNodes(this.session.lab, this.session.actIndex), from)) hidden.add(name);
    }
    return hidden;
  }

  state(): GuideState {
    const act = this.session.lab.acts[this.session.actIndex]?.id ?? '';
    return {
      session: this.session.id,
      act,
      steps: this.steps.map(stepState),
      acts: this.session.lab.acts.map(({ id }) => ({ id, passed: this.passedActs.has(id) })),
      closing: this.closing,
    };
  }

  private pass(open: StepProgress, verdict: Verdict): void {
    open.passed = verdict;
    this.scorePrediction(open);
    this.onPass(open.step.id, verdict);
    this.openNext();
  }

  /**
   * A prediction is scored on what was measured, once its step has passed; where that needs more than the step did, or
   * looks back to before it, a moment later. True when it was scored now.
   */
  private scorePrediction(progress: StepProgress): boolean {
    const { step, passed, prediction } = progress;
    if (passed === null || prediction?.verdict !== 'open') return false;
    const choice = step.predict?.choices.find((one) => one.value === prediction.value);
    if (choice === undefined) return false;
    const { state, measured } = evaluate(step.id, choice.holds, this.evidence(progress));
    if (state !== 'pass' && Date.now() - passed.at < scoringMs[state]) return false;
    progress.prediction = {
      value: prediction.value,
      verdict: state === 'pass' ? 'right' : 'wrong',
      measured,
    };
    return true;
  }

  private openNext(): void {
    const next = this.steps.find((step) => step.passed === null);
    if (next !== undefined) {
      if (next.openedAt === null) {
        next.openedAt = Date.now();
        // What is counted from here on must not change as samples are thinned with age.
        this.session.telemetry.samples.remember(next.openedAt);
        next.opening = this.verdictOf(next);
      }
      return;
    }
    const act = this.session.lab.acts[this.session.actIndex];
    if (act !== undefined) this.passedActs.add(act.id);
  }

  private isPassed(step: string): boolean {
    const here = this.steps.find((one) => one.step.id === step);
    if (here !== undefined) return here.passed !== null;
    return this.session.lab.acts.some(
      (act) => this.passedActs.has(act.id) && act.steps.some((one) => one.id === step),
    );
  }

  private verdictOf(progress: StepProgress): Verdict {
    return evaluate(progress.step.id, progress.step.check, this.evidence(progress));
  }

  private choicesOf(step: StepFile): readonly string[] {
    if (step.answer === undefined) return [];
    if ('choices' in step.answer) return step.answer.choices.map((choice) => choice.value);
    return members(actNodes(this.session.lab, this.session.actIndex), step.answer.from);
  }

  private find(step: string): StepProgress {
    const found = this.steps.find((one) => one.step.id === step);
    if (found !== undefined) return found;
    throw new BlindspotError({
      code: 'not-found',
      message: `This act has no step "${step}".`,
      next: `Its steps are ${this.steps.map((one) => one.step.id).join(', ')}.`,
    });
  }

  private evidence(progress: StepProgress): Evidence {
    const { session } = this;
    const { telemetry, settings, lab } = session;
    const now = Date.now();
    return {
      now,
      stepOpenedAt: progress.openedAt ?? now,
      actBeganAt: this.actBeganAt,
      scale: session.scale,
      group: (name) => members(actNodes(lab, session.actIndex), name),
      picked: (name) => this.picked[name],
      stats: (node, at) => telemetry.samples.get(node, at),
      events: (node, since) => telemetry.eventsOf(node, since),
      settings: (node): Json => settings.get(node)?.stated ?? null,
      prediction: (balancer) => {
        const known = settings.get(balancer);
        if (known === null) return null;
        const window = predict(known.effective);
        if (window.downMs === null || window.upMs === null) return null;
        return { down: window.downMs, up: window.upMs };
      },
      acts: telemetry.actsOfHand(),
      answer: (step) => this.steps.find((one) => one.step.id === step)?.answer ?? null,
      predicted: (step) => this.steps.find((one) => one.step.id === step)?.prediction?.value ?? null,
      captured: session.capture.evidence(),
      ledgerDifference: totalDifference(telemetry.ledger()),
    };
  }
}

/** A step that asks for a prediction neither passes nor tells what it measures before there is one: it would give it away. */
function owesPrediction({ step, prediction }: StepProgress): boolean {
  return step.predict !== undefined && prediction === null;
}

function stepState(progress: StepProgress): StepState {
  const verdict = owesPrediction(progress) ? waiting(progress.step.id) : progress.verdict;
  return {
    id: progress.step.id,
    state: progress.passed !== null ? 'passed' : progress.openedAt === null ? 'ahead' : 'open',
    verdict: progress.passed ?? verdict,
    prediction: progress.prediction,
    answer: progress.answer,
  };
}

function waiting(check: string): Verdict {
  return { check, state: 'waiting', measured: '', expected: '', at: Date.now() };
}

function badValue(what: string, value: string): BlindspotError {
  return new BlindspotError({
    code: 'bad-request',
    message: `"${value}" is not an answer to ${what}.`,
    where: what,
  });
}
