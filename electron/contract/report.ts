import type { BudgetView } from './budget.ts';
import type { GuideState } from './guide.ts';
import type { BalancerHealth, Ledger, TimelineEntry } from './measure.ts';
import type { RecordingAbout } from './recording.ts';
import type { Json } from './session.ts';

/** One run of a lab, from its recording. Every chart, bill and count names who counted. */
export interface LabReport {
  readonly about: RecordingAbout;
  readonly madeAt: number;
  readonly from: number;
  readonly to: number;
  /** The length of time that one point of a chart stands for. */
  readonly pointMs: number;
  readonly charts: readonly ReportChart[];
  readonly timeline: readonly TimelineEntry[];
  readonly settings: Readonly<Record<string, Json>>;
  readonly facts: ReportFacts | null;
}

export interface ReportChart {
  readonly title: string;
  readonly unit: string;
  readonly witness: string;
  readonly note: string;
  readonly lines: readonly ReportLine[];
}

export interface ReportLine {
  readonly label: string;
  readonly kind: 'good' | 'bad' | 'warn' | 'plain' | 'dark';
  /** One for each point of time; null: not measured, which is not zero. */
  readonly values: readonly (number | null)[];
}

/** What stands at the end of a run, or now. */
export interface ReportFacts {
  readonly at: number;
  readonly guide: GuideState | null;
  readonly health: readonly BalancerHealth[];
  readonly ledger: Ledger | null;
  readonly budget: BudgetView | null;
}

export interface ReportFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}
