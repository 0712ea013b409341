import type { Capability, EngineId } from './app.ts';

/** One card of the catalogue. */
export interface LabSummary {
  readonly id: string;
  readonly title: string;
  readonly theme: string;
  readonly question: string;
  readonly minutes: number;
  readonly needs: readonly Capability[];
  /** Engines on this machine that can run the lab's first act. */
  readonly engines: readonly EngineId[];
  readonly acts: number;
  readonly steps: number;
  /** Steps this person has passed at some time. */
  readonly passed: number;
}

/** A lab folder that could not be read: shown in the catalogue, never dropped silently. */
export interface LabProblem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly expected: string;
  readonly suggestion: string | null;
}

export interface Catalogue {
  readonly labs: readonly LabSummary[];
  readonly problems: readonly LabProblem[];
}

/** The text of a lab, with node names and addresses already filled in where a session is up. */
export interface LabDocument {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** Markdown. */
  readonly story: string;
  readonly path: string;
  readonly scale: number;
  readonly scaleNote: string;
  readonly acts: readonly ActDocument[];
  readonly cards: readonly { readonly title: string; readonly text: string; readonly source: string }[];
  readonly closing: QuestionDocument | null;
}

export interface ActDocument {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly intro: string;
  readonly needs: readonly Capability[];
  readonly missing: readonly Capability[];
  readonly steps: readonly StepDocument[];
}

export interface StepDocument {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly hints: readonly string[];
  readonly why: string;
  readonly predict: QuestionDocument | null;
  /** The person answers here; the check compares with what was measured. */
  readonly answer: QuestionDocument | null;
  /** Buttons beside the text: the same actions as the panels, one click away. */
  readonly expects: string;
}

export interface QuestionDocument {
  readonly prompt: string;
  readonly choices: readonly { readonly value: string; readonly text: string; readonly explain: string }[];
}
