import type { LabProblem } from '../../contract/catalogue.ts';
import type { ManifestNote } from '../../contract/manifests.ts';
import { problem, unknownName } from '../lab/problem.ts';
import type { Path } from '../lab/yaml-source.ts';
import type { KubeDocument } from './documents.ts';

/** What a translation has to say of the documents it reads: what it refuses, and what comes out otherwise than in a cluster. */
export interface Findings {
  readonly problems: readonly LabProblem[];
  readonly notes: readonly ManifestNote[];
  refuse(document: KubeDocument, path: Path, message: string, expected: string): void;
  unknown(document: KubeDocument, path: Path, what: string, wrong: string, valid: readonly string[]): void;
  note(document: KubeDocument, path: Path, text: string): void;
}

export function createFindings(before: readonly LabProblem[]): Findings {
  const problems = [...before];
  const notes: ManifestNote[] = [];
  return {
    problems,
    notes,
    refuse: ({ source }, path, message, expected) =>
      void problems.push(problem(source, { path, message, expected })),
    unknown: ({ source }, path, what, wrong, valid) =>
      void problems.push(unknownName(source, path, what, wrong, valid)),
    note: ({ source }, path, text) =>
      void notes.push({ file: source.file, line: source.place(path).line, text }),
  };
}
