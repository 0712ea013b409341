import { z } from 'zod';
import { fail, pass, skip, sum } from './tally.ts';
import type { Tally } from './tally.ts';

/** What `npm run --silent lab -- verify --all --json` prints: a form on which people and scripts rely. */
const report = z.object({
  results: z.array(
    z.object({
      lab: z.string(),
      engine: z.enum(['docker', 'local']),
      verdict: z.enum(['proved', 'failed', 'skipped']),
      reason: z.string(),
      seconds: z.number(),
      checks: z.array(
        z.object({
          id: z.string(),
          before: z.string(),
          after: z.string(),
          measured: z.string(),
          expected: z.string(),
        }),
      ),
    }),
  ),
});

export interface LabReport {
  readonly tally: Tally;
  /** One line a lab, for the person who watches. */
  readonly lines: readonly string[];
  /** The labs that failed, each with its reason. */
  readonly failed: ReadonlyMap<string, string>;
  readonly proved: ReadonlySet<string>;
}

export function readLabReport(text: string, engine: string, mayBeSkipped: boolean): LabReport {
  const parsed = report.safeParse(parseJson(text));
  const none = { lines: [], failed: new Map<string, string>(), proved: new Set<string>() };
  if (!parsed.success) {
    return { ...none, tally: fail(`labs on ${engine}: verify printed no result that can be read`) };
  }
  const { results } = parsed.data;
  if (results.length === 0) return { ...none, tally: fail(`labs on ${engine}: there is no lab to prove`) };
  const lines: string[] = [];
  const tallies = results.map(({ lab, engine: on, verdict, reason, seconds, checks }) => {
    const what = `lab ${lab} on ${on}`;
    lines.push(
      `${what}: ${verdict} in ${seconds} s, ${checks.length} checks${reason === '' ? '' : ` (${reason})`}`,
    );
    // A lab may be proved in all that this engine can do: what it could not is named, not counted.
    if (verdict === 'proved')
      return { ...pass(), notRun: reason.includes(' needs ') ? [`${what}: ${reason}`] : [] };
    for (const { id, before, after, measured, expected } of checks) {
      if (before !== 'fail' || after !== 'pass') {
        lines.push(`  ${id}: ${before} before, ${after} after; measured ${measured}, expected ${expected}`);
      }
    }
    if (verdict === 'skipped' && mayBeSkipped) return skip(`${what}: ${reason}`);
    return fail(`${what}: ${verdict === 'skipped' ? 'skipped, although Docker is required: ' : ''}${reason}`);
  });
  const those = (wanted: string) => results.filter(({ verdict }) => verdict === wanted);
  return {
    tally: sum(tallies),
    lines,
    failed: new Map(those('failed').map(({ lab, reason }) => [lab, reason])),
    proved: new Set(those('proved').map(({ lab }) => lab)),
  };
}

/**
 * A lab measures real traffic on a real clock, and a machine that others use may stand still for a second. What failed is
 * tried once more; the first failure is told all the same.
 */
export function withSecondTry(first: LabReport, second: LabReport, engine: string): Tally {
  const cured = [...first.failed].filter(([lab]) => second.proved.has(lab));
  const { failures, failed, passed, ...rest } = first.tally;
  return {
    ...rest,
    passed: passed + cured.length,
    failed: failed - cured.length,
    failures: failures.filter((line) => !cured.some(([lab]) => line.startsWith(`lab ${lab} on ${engine}:`))),
    unsteady: cured.map(([lab, reason]) => `lab ${lab} on ${engine}: ${reason}`),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
