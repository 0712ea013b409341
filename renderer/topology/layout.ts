import type { Link, NodeState } from '../../electron/contract/session.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** In a crowded tier: fewer lines, the same facts. */
  readonly compact: boolean;
}

const roomy = { width: 152, height: 96, gapY: 22 };
const compact = { width: 204, height: 53, gapY: 6 };
/** Room for what an edge has to say. */
export const tierGap = 124;
/** Three lines. */
const labelHeight = 50;
const markHeight = 18;
const columnGap = 20;
/** More than these stand aside in several rows. */
const fewAside = 4;
/** A column longer than this is split in two. */
const longestColumn = 12;

type Placed = Pick<NodeState, 'name' | 'tier'>;
type Wire = Pick<Link, 'from' | 'to'>;

/**
 * Columns left to right, each centred on one line; a column of many becomes compact, one of very many two columns. Whoever
 * is on no path of traffic, as a kubelet, stands below and in nobody's way.
 */
export function place(nodes: readonly Placed[], links: readonly Wire[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]));
  const aside = links.length === 0 ? [] : nodes.filter((node) => !linked.has(node.name));
  let x = 0;
  let bottom = 0;
  for (const members of columnsOf(
    nodes.filter((node) => !aside.includes(node)),
    links,
  )) {
    const crowded = members.length > 4;
    const { width, height, gapY } = crowded ? compact : roomy;
    const columns = Math.ceil(members.length / longestColumn);
    const rows = Math.ceil(members.length / columns);
    members.forEach((node, index) => {
      const column = Math.floor(index / rows);
      const inColumn = Math.min(rows, members.length - column * rows);
      const top = -(inColumn * (height + gapY) - gapY) / 2;
      const y = top + (index % rows) * (height + gapY);
      places.set(node.name, { x: x + column * (width + columnGap), y, width, height, compact: crowded });
      bottom = Math.max(bottom, y + height);
    });
    x += columns * (width + columnGap) - columnGap + tierGap;
  }
  for (const [name, at] of placeAside(aside, x - tierGap, bottom + 2 * roomy.gapY)) places.set(name, at);
  return places;
}

/** In rows no wider than what stands above: the picture is scaled to fit, and those in use are to be read. */
function placeAside(nodes: readonly Placed[], across: number, top: number): ReadonlyMap<string, Place> {
  const crowded = nodes.length > fewAside;
  const { width, height, gapY } = crowded ? compact : roomy;
  const step = width + columnGap;
  const perRow = crowded ? Math.max(fewAside, Math.floor((across + columnGap) / step)) : nodes.length;
  const left = Math.max(0, (across - Math.min(nodes.length, perRow) * step + columnGap) / 2);
  return new Map(
    nodes.map((node, index) => {
      const x = left + (index % perRow) * step;
      const y = top + Math.floor(index / perRow) * (height + gapY);
      return [node.name, { x, y, width, height, compact: crowded }] as const;
    }),
  );
}

/** A tier is a column of its own unless nothing leads to it from the one before: balancers in parallel stand together. */
function columnsOf(nodes: readonly Placed[], links: readonly Wire[]): readonly (readonly Placed[])[] {
  const columns: Placed[][] = [];
  for (const tier of [...new Set(nodes.map((node) => node.tier))].sort((a, b) => a - b)) {
    const members = nodes.filter((node) => node.tier === tier);
    const before = columns.at(-1);
    const joined = links.some(({ from, to }) => has(before, from) && has(members, to));
    if (before === undefined || joined || links.length === 0) columns.push(members);
    else before.push(...members);
  }
  return columns;
}

function has(nodes: readonly Placed[] | undefined, name: string): boolean {
  return nodes?.some((node) => node.name === name) === true;
}

export interface LabelPlace {
  /** From the edge's end, up or down. */
  readonly y: number;
  /** Only its mark: too many would speak at once. */
  readonly terse: boolean;
}

/** Where an edge's words stand, so that those of several edges into one node do not overlap. */
export function placeLabel(
  link: Wire,
  links: readonly Wire[],
  labelled: (link: Wire) => boolean,
  compactTarget: boolean,
): LabelPlace {
  const same = links.filter((one) => one.to === link.to && labelled(one));
  const card = compactTarget ? compact : roomy;
  const terse = same.length * labelHeight > card.height + card.gapY;
  const rank = same.findIndex((one) => one.from === link.from);
  return { y: (rank - (same.length - 1) / 2) * (terse ? markHeight : labelHeight), terse };
}
