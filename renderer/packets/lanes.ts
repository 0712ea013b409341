import type { PacketRow } from '../../electron/contract/capture.ts';
import type { NodeState } from '../../electron/contract/session.ts';

/** A node's line in the ladder; `at` is its place from left to right, in percent. */
export interface Lane {
  readonly name: string;
  readonly at: number;
}

/** Whoever is no node of the lab, and everybody at once. */
export const others = 'others';

/** Lanes of the nodes that these packets went between, in the order of the topology. */
export function lanesOf(rows: readonly PacketRow[], nodes: readonly NodeState[]): readonly Lane[] {
  const seen = new Set(rows.flatMap(({ from, to }) => [from ?? others, to ?? others]));
  const tiers = new Map(nodes.map(({ name, tier }, index) => [name, tier * 1000 + index]));
  const order = (name: string): number => tiers.get(name) ?? Infinity;
  const names = [...seen].sort((a, b) => order(a) - order(b));
  return names.map((name, index) => ({ name, at: (100 * (index + 0.5)) / names.length }));
}

export interface Span {
  readonly left: number;
  readonly width: number;
  readonly way: 'right' | 'left';
}

/** Where an arrow is drawn; null where one of its ends has no lane. */
export function spanOf({ from, to }: PacketRow, lanes: readonly Lane[]): Span | null {
  const begin = lanes.find(({ name }) => name === (from ?? others));
  const end = lanes.find(({ name }) => name === (to ?? others));
  if (begin === undefined || end === undefined) return null;
  return {
    left: Math.min(begin.at, end.at),
    width: Math.abs(end.at - begin.at),
    way: end.at >= begin.at ? 'right' : 'left',
  };
}

/** The rows that a scrolled view shows, with a few around it. */
export function visible(
  count: number,
  rowHeight: number,
  top: number,
  height: number,
): { readonly from: number; readonly to: number } {
  const around = 4;
  const from = Math.max(0, Math.min(count - 1, Math.floor(top / rowHeight)) - around);
  return { from, to: Math.min(count, Math.ceil((top + height) / rowHeight) + around) };
}
