import type { CaptureView, PacketRow } from '../../electron/contract/capture.ts';
import type { Connection } from '../state/connection.svelte.ts';

/** Enough to scroll back in; what is older stays with the host while its ring holds it. */
const mostRows = 20_000;
const pageRows = 500;

export interface PacketRows {
  /** Oldest first; the same array while nothing new came. */
  readonly rows: readonly PacketRow[];
  /** New packets are added as they come. */
  readonly following: boolean;
  /** The connection whose packets these are, with those joined to it; null: all. */
  readonly only: string | null;
  follow(on: boolean): void;
  show(conversation: string | null): void;
  /** Call with each value of the topic: fetches what is new, page by page, one page at a time. */
  keepUp(view: CaptureView | null): void;
}

export function createPacketRows(connection: Connection): PacketRows {
  let rows = $state.raw<readonly PacketRow[]>([]);
  let following = $state(true);
  let only = $state<string | null>(null);
  let newest: CaptureView | null = null;
  let epoch: number | null = null;
  let fetched = 0;
  let busy = false;
  /** Grows with each new beginning: a page that was asked for before it is not taken. */
  let turn = 0;

  const restart = (): void => {
    turn++;
    rows = [];
    fetched = 0;
    busy = false;
  };

  const fetchMore = async (): Promise<void> => {
    if (busy || newest === null || newest.last <= fetched || (!following && rows.length > 0)) return;
    busy = true;
    const mine = turn;
    const upTo = newest.last;
    try {
      const page = await connection.call('capture.page', {
        after: fetched,
        limit: pageRows,
        conversation: only,
      });
      if (mine !== turn) return;
      if (page.rows.length > 0) rows = [...rows, ...page.rows].slice(-mostRows);
      fetched = page.more ? (page.rows.at(-1)?.seq ?? upTo) : Math.max(upTo, page.rows.at(-1)?.seq ?? 0);
      busy = false;
      await fetchMore();
    } catch {
      // The lab or the host went away between two pages: the next value of the topic says what there is.
      if (mine === turn) busy = false;
    }
  };

  return {
    get rows() {
      return rows;
    },
    get following() {
      return following;
    },
    get only() {
      return only;
    },
    follow(on) {
      following = on;
      void fetchMore();
    },
    show(conversation) {
      only = conversation;
      restart();
      void fetchMore();
    },
    keepUp(view) {
      newest = view;
      if (view === null || (epoch !== null && view.epoch !== epoch)) {
        only = null;
        following = true;
        restart();
      }
      epoch = view?.epoch ?? null;
      void fetchMore();
    },
  };
}
