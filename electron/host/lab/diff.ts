import type { Plan, PlannedNode } from './plan.ts';

/** The difference of two plans: acts of one lab may add, drop or recreate nodes; the rest keeps running. */
export interface PlanDiff {
  readonly add: readonly PlannedNode[];
  readonly remove: readonly string[];
}

/** A node whose spec differs is removed and added again: config, sysctls and rules are set at creation. */
export function diff(before: Plan, after: Plan): PlanDiff {
  const old = new Map(before.nodes.map((node) => [node.name, node]));
  const kept = new Set(after.nodes.filter((node) => same(old.get(node.name), node)).map((node) => node.name));
  return {
    add: after.nodes.filter((node) => !kept.has(node.name)),
    remove: before.nodes.filter((node) => !kept.has(node.name)).map((node) => node.name),
  };
}

/** `sampleOneIn` follows the busiest client and is one for all hops, so a changed one rightly recreates them all. */
function same(a: PlannedNode | undefined, b: PlannedNode): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
