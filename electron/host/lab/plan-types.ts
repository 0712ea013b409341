import type { Link } from '../../contract/session.ts';
import type { NodeSpec } from '../engine/engine.ts';

/** What an act of a lab needs to run, worked out before anything is touched. */
export interface Plan {
  readonly nodes: readonly PlannedNode[];
  readonly links: readonly Link[];
}

export interface PlannedNode extends NodeSpec {
  readonly tier: number;
  readonly group: string;
}

/** The difference of two plans: acts of one lab may add, drop or recreate nodes; the rest keeps running. */
export interface PlanDiff {
  readonly add: readonly PlannedNode[];
  readonly remove: readonly string[];
}
