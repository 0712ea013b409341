export const dockTabs = [
  'terminals',
  'logs',
  'requests',
  'packets',
  'users',
  'picks',
  'routes',
  'connections',
  'kernel',
  'timeline',
  'ledger',
  'record',
  'controls',
] as const;
export type DockTab = (typeof dockTabs)[number];

export interface DockState {
  readonly tab: DockTab;
  /** The node whose logs or controls are shown; null until one is chosen. */
  readonly node: string | null;
  show(tab: DockTab, node?: string): void;
}

export function createDock(): DockState {
  let tab = $state<DockTab>('terminals');
  let node = $state<string | null>(null);
  return {
    get tab() {
      return tab;
    },
    get node() {
      return node;
    },
    show(next, of) {
      tab = next;
      if (of !== undefined) node = of;
    },
  };
}
