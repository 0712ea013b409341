import type { NodeState } from '../../electron/contract/session.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** In a crowded tier: fewer lines, the same facts. */
  readonly compact: boolean;
}

const roomy = { width: 152, height: 90, gapY: 28 };
const compact = { width: 204, height: 53, gapY: 6 };
/** Room for what an edge has to say. */
const tierGap = 124;
const columnGap = 20;
/** A column longer than this is split in two. */
const longestColumn = 12;

/** Tiers left to right, each centred on one line; a tier of many becomes compact, a tier of very many two columns. */
export function place(nodes: readonly Pick<NodeState, 'name' | 'tier'>[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const tiers = [...new Set(nodes.map((node) => node.tier))].sort((a, b) => a - b);
  let x = 0;
  for (const tier of tiers) {
    const members = nodes.filter((node) => node.tier === tier);
    const crowded = members.length > 4;
    const { width, height, gapY } = crowded ? compact : roomy;
    const columns = Math.ceil(members.length / longestColumn);
    const rows = Math.ceil(members.length / columns);
    members.forEach((node, index) => {
      const column = Math.floor(index / rows);
      const inColumn = Math.min(rows, members.length - column * rows);
      const top = -(inColumn * (height + gapY) - gapY) / 2;
      places.set(node.name, {
        x: x + column * (width + columnGap),
        y: top + (index % rows) * (height + gapY),
        width,
        height,
        compact: crowded,
      });
    });
    x += columns * (width + columnGap) - columnGap + tierGap;
  }
  return places;
}
