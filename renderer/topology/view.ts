import { getContext } from 'svelte';
import type { HealthRow } from '../../electron/contract/measure.ts';
import type { NodeState } from '../../electron/contract/session.ts';
import type { LabelPlace } from './layout.ts';
import type { NodeFacts } from './node-facts.ts';
import type { EdgeVerdict } from './verdicts.ts';

/** What cards and edges read while the graph itself stays still: figures change four times a second, nodes rarely. */
export interface TopologyView {
  node(name: string): NodeState | undefined;
  facts(name: string): NodeFacts | undefined;
  health(name: string): HealthRow | undefined;
  verdict(from: string, to: string): EdgeVerdict | undefined;
  /** Where the words of this edge stand. */
  label(from: string, to: string): LabelPlace;
  openMenu(name: string, x: number, y: number): void;
  openTerminal(name: string): void;
}

export const viewKey = Symbol('topology');

export function useView(): TopologyView {
  return getContext<TopologyView>(viewKey);
}
