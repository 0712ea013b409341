import type { LabProblem } from './catalogue.ts';

/** Something that the translation of Kubernetes documents does otherwise than a cluster would, and says. */
export interface ManifestNote {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What became of documents that somebody gave to a balancer. Nothing is applied where there is a problem. */
export interface ManifestOutcome {
  readonly problems: readonly LabProblem[];
  readonly notes: readonly ManifestNote[];
  /** What the balancer has from it now, in a line each: "GET shop.test/api/* -> api 90, canary 10". */
  readonly routes: readonly string[];
}

/** The documents that a lab brings for its balancers. */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
}
