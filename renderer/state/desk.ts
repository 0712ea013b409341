import { getContext } from 'svelte';
import type { OpenChannel } from '../channel.ts';
import type { Screen } from '../terminal/screen.ts';
import { createClock } from './clock.ts';
import { connect } from './connection.svelte.ts';
import type { Connection } from './connection.svelte.ts';
import { createDock } from './dock.svelte.ts';
import type { DockState } from './dock.svelte.ts';
import { createFeeds } from './feeds.ts';
import type { Feeds } from './feeds.ts';
import { createLayout } from './layout.svelte.ts';
import type { Layout } from './layout.svelte.ts';
import { createReplay } from './replay.svelte.ts';
import type { Replay } from './replay.svelte.ts';
import { createSeries } from './series.ts';
import type { Series } from './series.ts';
import { createTerminals } from './terminals.svelte.ts';
import type { Terminals } from './terminals.svelte.ts';
import { createTheme } from './theme.svelte.ts';
import type { Theme } from './theme.svelte.ts';
import { createTroubles } from './troubles.svelte.ts';
import type { Troubles } from './troubles.svelte.ts';

/** All that the window's parts share; made once, handed down by context. */
export interface Desk {
  readonly connection: Connection;
  readonly feeds: Feeds;
  readonly series: Series;
  readonly replay: Replay;
  readonly clock: { readonly now: number };
  readonly theme: Theme;
  readonly layout: Layout;
  readonly dock: DockState;
  readonly terminals: Terminals;
  readonly troubles: Troubles;
}

export const deskKey = Symbol('desk');

export function createDesk(open: OpenChannel): Desk {
  const connection = connect(open);
  return {
    connection,
    feeds: createFeeds(connection),
    series: createSeries(connection),
    replay: createReplay(connection),
    clock: createClock(),
    theme: createTheme(),
    layout: createLayout(),
    dock: createDock(),
    terminals: createTerminals(connection, loadScreen),
    troubles: createTroubles(),
  };
}

export function useDesk(): Desk {
  return getContext<Desk>(deskKey);
}

/** xterm is the heaviest part of the window and not needed before the first terminal. */
async function loadScreen(): Promise<(label: string) => Screen> {
  return (await import('../terminal/screen.ts')).createScreen;
}
