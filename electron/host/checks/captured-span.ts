import type { Crossing } from '../capture/crossing.ts';
import type { Captured, Evidence } from './evidence.ts';
import { nodesOf } from './names.ts';

/** Packets between some machines, as one node or any of a group saw them, since a time. */
export interface CapturedSpan {
  readonly crossings: readonly Crossing[];
  /** Since when all those nodes have been looked at; null where one of them is not. */
  readonly watchedSince: number | null;
}

export interface Between {
  readonly at: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function capturedSpan(between: Between, evidence: Evidence, from: number): CapturedSpan {
  const { captured } = evidence;
  if (captured === null) return { crossings: [], watchedSince: null };
  const at = new Set(nodesOf(between.at, evidence));
  const sender = optional(between.from, evidence);
  const receiver = optional(between.to, evidence);
  const fits = (crossing: Crossing): boolean =>
    (sender === null || (crossing.from !== null && sender.has(crossing.from))) &&
    (receiver === null || (crossing.to !== null && receiver.has(crossing.to))) &&
    crossing.looks.some(({ node }) => at.has(node));
  return { crossings: since(captured, from).filter(fits), watchedSince: watched(captured, [...at]) };
}

function optional(reference: string | undefined, evidence: Evidence): ReadonlySet<string> | null {
  return reference === undefined ? null : new Set(nodesOf(reference, evidence));
}

/** They are in order of time, and most questions are about the last seconds. */
export function since({ crossings }: Captured, from: number): readonly Crossing[] {
  let begin = crossings.length;
  while (begin > 0 && (crossings[begin - 1]?.at ?? 0) >= from) begin--;
  return crossings.slice(begin);
}

function watched(captured: Captured, nodes: readonly string[]): number | null {
  const times = nodes.map((node) => captured.watchedSince(node));
  const known = times.filter((time) => time !== null);
  return known.length === 0 || known.length < times.length ? null : Math.max(...known);
}
