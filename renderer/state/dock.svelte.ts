/** What is used most comes first. */
export const dockTabs = [
  'terminals',
  'controls',
  'requests',
  'routes',
  'connections',
  'packets',
  'picks',
  'kernel',
  'users',
  'logs',
  'timeline',
  'ledger',
  'record',
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
