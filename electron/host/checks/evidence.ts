import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { Stats } from '../../../docker/protocol/stats.ts';
import type { Json } from '../../contract/session.ts';
import type { Crossing } from '../capture/crossing.ts';

/**
 * All that a check may look at: measured values and recorded acts, each with its time. A check is a pure function of
 * this; it never asks a node itself. Times are epoch milliseconds.
 */
export interface Evidence {
  readonly now: number;
  /** When the step under judgement opened. */
  readonly stepOpenedAt: number;
  /** When the act began. */
  readonly actBeganAt: number;
  readonly scale: number;
  /** Names of a node group as the lab file writes it: `backend` gives backend-1 ... backend-10. */
  group(name: string): readonly string[];
  /** A lab variable such as `culprit`; undefined where the lab has none of that name. */
  picked(name: string): string | undefined;
  /** The newest sample of a node's counters, or the newest at or before a time. */
  stats(node: string, at?: number): Sample | null;
  /** A node's own events since a time, oldest first. */
  events(node: string, since: number): readonly ProgramEvent[];
  /** A node's settings as a person states them (real time, unscaled). */
  settings(node: string): Json | null;
  /** The detection window that a balancer's present settings predict, in wall-clock milliseconds. */
  prediction(
    balancer: string,
    target: string,
  ): { readonly down: readonly [number, number]; readonly up: readonly [number, number] } | null;
  /** What a person (or the solution, or the lab's script) did. */
  readonly acts: readonly ActOfHand[];
  /** What the person answered in a step, and predicted. */
  answer(step: string): string | null;
  predicted(step: string): string | null;
  /** What was captured of the lab's packets; null where nothing is. */
  readonly captured: Captured | null;
  /** Reconciled counts; null until asked for once. */
  readonly ledgerDifference: number | null;
}

export interface Captured {
  /** In the order of their times. */
  readonly crossings: readonly Crossing[];
  /** Since when this node's packets are looked at without a gap; null where they are not. */
  watchedSince(node: string): number | null;
}

export interface Sample {
  readonly at: number;
  readonly stats: Stats;
}

export type ActOfHand =
  | {
      readonly kind: 'settings';
      readonly node: string;
      readonly at: number;
      readonly paths: readonly string[];
    }
  | {
      readonly kind: 'fault';
      readonly node: string;
      readonly at: number;
      readonly fault: string;
      readonly on: boolean;
    }
  | { readonly kind: 'power'; readonly node: string; readonly at: number; readonly action: string }
  | {
      readonly kind: 'command';
      readonly node: string;
      readonly at: number;
      readonly text: string;
      readonly output: string;
    };
