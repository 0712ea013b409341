import type { NodeState } from '../../electron/contract/session.ts';
import type { MenuItem } from '../parts/menu-item.ts';
import type { Desk } from '../state/desk.ts';
import type { DockTab } from '../state/dock.svelte.ts';

/** All that can be done to one node, for its menu and for the command palette. */
export function nodeMenu(desk: Desk, node: NodeState): readonly MenuItem[] {
  const { name, state } = node;
  const running = state === 'running';
  const power = (
    label: string,
    action: 'start' | 'kill' | 'restart' | 'pause' | 'resume' | 'stop',
  ): MenuItem => ({
    label,
    danger: action === 'kill' || action === 'stop',
    disabled: action === 'start' ? running : action === 'resume' ? state === 'stopped' : !running,
    run: () => {
      void desk.troubles.attempt(`${label.toLowerCase()} ${name}`, () =>
        desk.connection.call('node.power', { node: name, action }),
      );
    },
  });
  return [
    { label: 'Open terminal', run: () => openTerminal(desk, name) },
    { label: 'Capture packets', disabled: !running, run: () => capture(desk, name) },
    { label: 'Logs', run: () => showDock(desk, 'logs', name) },
    { label: 'Faults and settings', run: () => showDock(desk, 'controls', name) },
    power('Restart', 'restart'),
    power('Pause', 'pause'),
    power('Resume', 'resume'),
    power('Start', 'start'),
    power('Stop', 'stop'),
    power('Kill', 'kill'),
  ];
}

export function openTerminal(desk: Desk, node: string): void {
  showDock(desk, 'terminals');
  desk.terminals.open(node);
}

function capture(desk: Desk, node: string): void {
  showDock(desk, 'packets');
  void desk.troubles.attempt(`capturing at ${node}`, () => desk.connection.call('capture.start', { node }));
}

function showDock(desk: Desk, tab: DockTab, node?: string): void {
  desk.layout.toggle('dock', true);
  desk.dock.show(tab, node);
}
