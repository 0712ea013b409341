/** What a step came to. Every number is of things that ran or were named; nothing is left out silently. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line each: what failed, and where. */
  readonly failures: readonly string[];
  /** One line each: what could not be run, and why. */
  readonly notRun: readonly string[];
  /** One line each: what failed and passed when it was tried again. It counts as passed, and is never kept quiet. */
  readonly unsteady: readonly string[];
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0, failures: [], notRun: [], unsteady: [] };

export function pass(): Tally {
  return { ...nothing, passed: 1 };
}

export function fail(what: string): Tally {
  return { ...nothing, failed: 1, failures: [what] };
}

export function skip(what: string): Tally {
  return { ...nothing, skipped: 1, notRun: [what] };
}

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: all.skipped + one.skipped,
      failures: [...all.failures, ...one.failures],
      notRun: [...all.notRun, ...one.notRun],
      unsteady: [...all.unsteady, ...one.unsteady],
    }),
    nothing,
  );
}

/** The last line of a test run, in the one form that scripts read. */
export function lastLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
