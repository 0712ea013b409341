import { recall, remember } from './memory.ts';

export const panes = ['guide', 'measures', 'dock', 'health'] as const;
export type Pane = (typeof panes)[number];

interface PaneState {
  readonly size: number;
  readonly open: boolean;
}

export interface Layout {
  size(pane: Pane): number;
  isOpen(pane: Pane): boolean;
  resize(pane: Pane, size: number): void;
  toggle(pane: Pane, open?: boolean): void;
}

/** Least and most in pixels, and the share of the window that a pane starts with. */
const bounds: Readonly<Record<Pane, readonly [least: number, most: number, share: number]>> = {
  guide: [220, 620, 0.22],
  measures: [260, 820, 0.277],
  dock: [96, 720, 0.31],
  health: [110, 760, 0.41],
};

/** Sizes of the panes in pixels, and which are folded away; remembered. */
export function createLayout(): Layout {
  let state = $state.raw(restore());
  const change = (pane: Pane, next: PaneState): void => {
    state = { ...state, [pane]: next };
    remember('layout', { ...state } as never);
  };
  return {
    size: (pane) => state[pane].size,
    isOpen: (pane) => state[pane].open,
    resize(pane, size) {
      change(pane, { ...state[pane], size: clamp(pane, size) });
    },
    toggle(pane, open = !state[pane].open) {
      change(pane, { ...state[pane], open });
    },
  };
}

function across(pane: Pane): boolean {
  return pane === 'guide' || pane === 'measures';
}

function clamp(pane: Pane, size: number): number {
  const [least, most] = bounds[pane];
  return Math.round(Math.min(most, Math.max(least, size)));
}

function restore(): Readonly<Record<Pane, PaneState>> {
  const stored = recall('layout');
  const found = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {};
  const one = (pane: Pane): PaneState => {
    const was = found[pane];
    const sane =
      typeof was === 'object' &&
      was !== null &&
      'size' in was &&
      'open' in was &&
      typeof was.size === 'number';
    return sane
      ? { size: clamp(pane, Number(was.size)), open: was.open === true }
      : {
          size: clamp(pane, bounds[pane][2] * (across(pane) ? window.innerWidth : window.innerHeight)),
          open: true,
        };
  };
  return { guide: one('guide'), measures: one('measures'), dock: one('dock'), health: one('health') };
}
