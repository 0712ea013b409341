import { tick } from 'svelte';
import { toErrorShape } from '../../electron/contract/errors.ts';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { ClientStream } from '../../electron/rpc/client.ts';
import type { Screen } from '../terminal/screen.ts';
import type { Connection } from './connection.svelte.ts';

export interface TerminalEntry {
  readonly node: string;
  readonly state: 'opening' | 'open' | 'ended' | 'failed';
  readonly reason: string;
  readonly error: ErrorShape | null;
}

export interface Terminals {
  readonly list: readonly TerminalEntry[];
  readonly shown: string | null;
  /** Opens, or brings to the front; `type` is entered as if by the person. */
  open(node: string, type?: string): void;
  reopen(node: string): void;
  show(node: string): void;
  close(node: string): void;
  closeAll(): void;
  screen(node: string): Screen | undefined;
  colours(): void;
}

interface Live {
  screen: Screen | undefined;
  stream: ClientStream | undefined;
  /** Typed before the shell was there. */
  pending: string;
  /** Grows with every opening, so that a late answer to an old one is dropped. */
  turn: number;
}

/** One terminal per node. Screens and streams live outside reactive state and survive every tab switch. */
export function createTerminals(
  connection: Connection,
  load: () => Promise<(label: string) => Screen>,
): Terminals {
  let list = $state.raw<readonly TerminalEntry[]>([]);
  let shown = $state<string | null>(null);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping that nothing on screen reads
  const live = new Map<string, Live>();

  const set = (node: string, change: Partial<TerminalEntry>): void => {
    list = list.map((entry) => (entry.node === node ? { ...entry, ...change } : entry));
  };

  const start = async (node: string, one: Live): Promise<void> => {
    const turn = ++one.turn;
    const current = (): boolean => live.get(node) === one && one.turn === turn;
    set(node, { state: 'opening', reason: '', error: null });
    try {
      one.screen ??= wire((await load())(node), one, connection);
      // Shown and fitted first: a shell that begins with the wrong width wraps what is typed at once.
      set(node, { state: 'opening' });
      await tick();
      one.screen.fit();
      const { cols, rows } = one.screen;
      const { stream: id } = await connection.call('terminal.open', { node, cols, rows });
      const stream = connection.stream(id);
      if (!current() || stream === null) {
        stream?.close();
        return;
      }
      one.stream = stream;
      streamIds.set(stream, id);
      stream.onText((text) => one.screen?.write(text, () => stream.taken(text.length)));
      stream.onEnd((reason) => {
        if (!current()) return;
        one.stream = undefined;
        set(node, { state: 'ended', reason });
      });
      set(node, { state: 'open' });
      void resize(connection, one);
      if (one.pending !== '') stream.write(one.pending);
      one.pending = '';
    } catch (thrown) {
      if (current()) set(node, { state: 'failed', error: toErrorShape(thrown) });
    }
  };

  const drop = (node: string): void => {
    const one = live.get(node);
    live.delete(node);
    one?.stream?.close();
    one?.screen?.dispose();
  };

  return {
    get list() {
      return list;
    },
    get shown() {
      return shown;
    },
    open(node, type = '') {
      shown = node;
      const one = live.get(node);
      if (one === undefined) {
        const fresh: Live = { screen: undefined, stream: undefined, pending: type, turn: 0 };
        live.set(node, fresh);
        list = [...list, { node, state: 'opening', reason: '', error: null }];
        void start(node, fresh);
      } else if (one.stream !== undefined) one.stream.write(type);
      else {
        one.pending += type;
        if (list.find((entry) => entry.node === node)?.state !== 'opening') void start(node, one);
      }
    },
    reopen(node) {
      const one = live.get(node);
      if (one !== undefined) void start(node, one);
    },
    show(node) {
      shown = node;
    },
    close(node) {
      drop(node);
      const at = list.findIndex((entry) => entry.node === node);
      list = list.filter((entry) => entry.node !== node);
      if (shown === node) shown = (list[at] ?? list.at(-1))?.node ?? null;
    },
    closeAll() {
      for (const node of [...live.keys()]) drop(node);
      list = [];
      shown = null;
    },
    screen: (node) => live.get(node)?.screen,
    colours() {
      for (const { screen } of live.values()) screen?.colours();
    },
  };
}

const streamIds = new WeakMap<ClientStream, string>();

function wire(screen: Screen, one: Live, connection: Connection): Screen {
  screen.onInput((text) => one.stream?.write(text));
  screen.onResize(() => void resize(connection, one));
  return screen;
}

async function resize(connection: Connection, { screen, stream }: Live): Promise<void> {
  const id = stream === undefined ? undefined : streamIds.get(stream);
  if (screen === undefined || id === undefined) return;
  try {
    await connection.call('terminal.resize', { stream: id, cols: screen.cols, rows: screen.rows });
  } catch {
    // A shell that ended meanwhile says so by itself.
  }
}
