import type { BudgetView, Slo } from '../contract/budget.ts';
import type { GuideState } from '../contract/guide.ts';
import type { Tick, TimelineEntry } from '../contract/measure.ts';
import type { RecordingState } from '../contract/recording.ts';
import type { ReportFacts } from '../contract/report.ts';
import type { Json } from '../contract/session.ts';
import type { Session } from './lab/session.ts';
import { ErrorBudget } from './telemetry/budget.ts';
import type { AlertChange } from './telemetry/budget.ts';
import { Recorder } from './telemetry/recorder.ts';
import type { Recordings } from './telemetry/recordings.ts';

export interface SessionRecordListener {
  alert(change: AlertChange): void;
  budget(): void;
  recording(): void;
}

/** What is kept of one session from its first moment: its recording on disk, and the error budget its clients spend. */
export class SessionRecord {
  private readonly session: Session;
  private readonly recorder: Recorder;
  private readonly errorBudget: ErrorBudget;
  private readonly listener: SessionRecordListener;
  private stepsBefore = '';

  constructor(session: Session, recordings: Recordings, listener: SessionRecordListener) {
    this.session = session;
    this.listener = listener;
    const { id, lab, engine, scale, startedAt } = session;
    this.recorder = new Recorder({
      dir: recordings.folder(id),
      about: {
        format: 1,
        session: id,
        lab: lab.id,
        title: lab.file.title,
        engine: engine.id,
        scale,
        startedAt,
      },
      changed: () => listener.recording(),
    });
    this.errorBudget = new ErrorBudget(scale, Date.now(), (change) => listener.alert(change));
  }

  get id(): string {
    return this.session.id;
  }

  tick(tick: Tick): void {
    this.recorder.add('tick', tick.at, tick);
    if (this.errorBudget.add(tick.at, () => this.session.telemetry.latest())) this.listener.budget();
  }

  entry(entry: TimelineEntry): void {
    this.recorder.add('entry', entry.at, entry);
  }

  settings(node: string): void {
    const stated = this.session.settings.get(node)?.stated;
    if (stated !== undefined) this.recorder.add('settings', Date.now(), { node, settings: stated as Json });
  }

  /** Verdicts are measured anew all the time; what is kept is when one turned. */
  guide(state: GuideState | null): void {
    if (state === null) return;
    const steps = state.act + state.steps.map((step) => `${step.state}${step.verdict.state}`).join();
    if (steps === this.stepsBefore) return;
    this.stepsBefore = steps;
    this.recorder.add('guide', Date.now(), state);
  }

  setSlo(slo: Slo): void {
    this.errorBudget.set(slo);
    this.listener.budget();
  }

  budget(): BudgetView | null {
    return this.errorBudget.view();
  }

  recording(): RecordingState {
    return this.recorder.state();
  }

  flush(): Promise<void> {
    return this.recorder.flush();
  }

  /** The last line: what stood at the end. */
  async close(facts: ReportFacts): Promise<void> {
    this.recorder.add('facts', facts.at, facts);
    await this.recorder.flush();
  }
}
