import type { LabProblem } from '../../contract/catalogue.ts';
import { nearest } from './nearest.ts';
import type { Path, YamlSource } from './yaml-source.ts';

export interface Complaint {
  readonly path: Path;
  /** Where the marker stands: at the value, or at its key. */
  readonly of?: 'value' | 'key';
  readonly message: string;
  readonly expected: string;
  readonly suggestion?: string | null;
}

/** A complaint about a value of a YAML file, with the place where that value stands. */
export function problem(source: YamlSource, complaint: Complaint): LabProblem {
  const { line, column } = source.place(complaint.path, complaint.of ?? 'value');
  return {
    file: source.file,
    line,
    column,
    message: complaint.message,
    expected: complaint.expected,
    suggestion: complaint.suggestion ?? null,
  };
}

/** A name that leads nowhere, with the names that would. */
export function unknownName(
  source: YamlSource,
  path: Path,
  what: string,
  wrong: string,
  valid: readonly string[],
): LabProblem {
  return problem(source, {
    path,
    message: `there is no ${what} "${wrong}"`,
    expected: valid.length === 0 ? `no ${what} exists here` : `one of ${valid.join(', ')}`,
    suggestion: nearest(wrong, valid),
  });
}
