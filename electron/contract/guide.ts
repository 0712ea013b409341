/** Topic `guide`: where the person is in the lab, and the live verdict of every check. */

export interface Verdict {
  readonly check: string;
  readonly state: 'waiting' | 'pass' | 'fail';
  /** The measured value in words and numbers, with its sample; empty until something was measured. */
  readonly measured: string;
  readonly expected: string;
  readonly at: number;
}

export interface StepState {
  readonly id: string;
  /** `open` steps are judged; a passed step stays passed, with the verdict that passed it. */
  readonly state: 'ahead' | 'open' | 'passed';
  readonly verdict: Verdict;
  readonly prediction: {
    readonly value: string;
    readonly verdict: 'open' | 'right' | 'wrong';
    readonly measured: string;
  } | null;
  readonly answer: string | null;
}

export interface GuideState {
  readonly session: string;
  readonly act: string;
  readonly steps: readonly StepState[];
  readonly acts: readonly { readonly id: string; readonly passed: boolean }[];
  readonly closing: { readonly value: string; readonly right: boolean } | null;
}
