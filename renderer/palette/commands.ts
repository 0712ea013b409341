import type { LabSummary } from '../../electron/contract/catalogue.ts';
import type { SessionState } from '../../electron/contract/session.ts';
import type { Desk } from '../state/desk.ts';
import { dockTabs } from '../state/dock.svelte.ts';
import { panes } from '../state/layout.svelte.ts';
import type { Pane } from '../state/layout.svelte.ts';
import { nodeMenu } from '../topology/node-menu.ts';

export interface Command {
  readonly group: string;
  readonly label: string;
  readonly run: () => void;
}

const paneWords: Readonly<Record<Pane, string>> = {
  guide: 'guide',
  measures: 'charts',
  dock: 'dock',
  health: 'health table',
};

/** Everything that can be done at this moment. */
export function commands(
  desk: Desk,
  session: SessionState | null,
  labs: readonly LabSummary[],
): readonly Command[] {
  const app = desk.feeds.app.value;
  const attempt = (doing: string, action: () => Promise<unknown>) => (): void => {
    void desk.troubles.attempt(doing, action);
  };
  const general: Command[] = [
    {
      group: 'window',
      label: desk.theme.dark ? 'Use the light look' : 'Use the dark look',
      run: desk.theme.toggle,
    },
    {
      group: 'engines',
      label: 'Look for engines again',
      run: attempt('looking again', () => desk.connection.call('app.refresh', {})),
    },
    {
      group: 'engines',
      label: 'Build the lab image',
      run: attempt('building the image', () => desk.connection.call('image.build', {})),
    },
  ];
  if (session === null) {
    const startable = labs.filter((lab) => app?.engine != null && lab.engines.includes(app.engine));
    return [
      ...startable.map((lab) => ({
        group: 'labs',
        label: `Start ${lab.title}`,
        run: attempt('starting the lab', () => desk.connection.call('lab.up', { lab: lab.id })),
      })),
      ...general,
    ];
  }
  return [
    ...dockTabs.map((tab) => ({
      group: 'dock',
      label: `Show ${tab}`,
      run: () => {
        desk.layout.toggle('dock', true);
        desk.dock.show(tab);
      },
    })),
    ...session.nodes.flatMap((node) =>
      nodeMenu(desk, node)
        .filter((item) => item.disabled !== true)
        .map((item) => ({ group: node.name, label: `${node.name}: ${item.label}`, run: item.run })),
    ),
    ...panes.map((pane) => ({
      group: 'window',
      label: `${desk.layout.isOpen(pane) ? 'Fold away' : 'Show'} the ${paneWords[pane]}`,
      run: () => desk.layout.toggle(pane),
    })),
    {
      group: 'lab',
      label: 'Take the lab down',
      run: attempt('taking the lab down', () => desk.connection.call('lab.down', {})),
    },
    ...general,
  ];
}

/** Every typed word must be found somewhere; order does not matter. */
export function matching(all: readonly Command[], typed: string): readonly Command[] {
  const wanted = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return all.filter(({ label, group }) => {
    const text = `${label} ${group}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
