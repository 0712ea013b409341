import type { Work, WorkStep } from '../contract/app.ts';
import { BlindspotError } from '../contract/errors.ts';
import type { Progress } from './engine/engine.ts';

let count = 0;

/** Long work as the window shows it: real steps with their times, and a way to stop it. */
export class WorkInProgress {
  readonly id = `work-${++count}`;
  private readonly title: string;
  private readonly startedAt = Date.now();
  private readonly abort = new AbortController();
  private steps: WorkStep[] = [];
  private stepAt = Date.now();
  private readonly changed: () => void;

  constructor(title: string, changed: () => void) {
    this.title = title;
    this.changed = changed;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** A new step name ends the step before; the same name again is its newer detail. */
  readonly progress: Progress = (step, detail) => {
    const last = this.steps.at(-1);
    const running: WorkStep = { title: step, state: 'running', detail, ms: null };
    if (last?.title === step) {
      this.steps = [...this.steps.slice(0, -1), running];
    } else {
      this.steps = [...this.ended('done'), running];
      this.stepAt = Date.now();
    }
    this.changed();
  };

  view(): Work {
    return {
      id: this.id,
      title: this.title,
      startedAt: this.startedAt,
      cancellable: true,
      steps: this.steps,
    };
  }

  cancel(): void {
    this.abort.abort(
      new BlindspotError({
        code: 'cancelled',
        message: `Stopped: ${this.title}.`,
        next: 'Start it again when you like.',
      }),
    );
  }

  fail(): void {
    this.steps = this.ended('failed');
    this.changed();
  }

  private ended(state: 'done' | 'failed'): WorkStep[] {
    return this.steps.map((step) =>
      step.state === 'running' ? { ...step, state, ms: Date.now() - this.stepAt } : step,
    );
  }
}
