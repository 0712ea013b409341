import type { RecordedRange } from '../../electron/contract/recording.ts';
import type { Connection } from './connection.svelte.ts';

const shownMs = 60_000;

/** A minute of the recording in place of the present one, for the charts. */
export interface Replay {
  /** The end of the minute shown; null: the present. */
  readonly at: number | null;
  readonly range: RecordedRange | null;
  readonly session: string | null;
  show(session: string, to: number): Promise<void>;
  live(): void;
}

export function createReplay(connection: Connection): Replay {
  let shown = $state.raw<{ readonly session: string; readonly range: RecordedRange } | null>(null);
  let asked = 0;
  return {
    get at() {
      return shown?.range.to ?? null;
    },
    get range() {
      return shown?.range ?? null;
    },
    get session() {
      return shown?.session ?? null;
    },
    async show(session, to) {
      const mine = ++asked;
      const range = await connection.call('recording.range', { session, from: to - shownMs, to });
      // A slower answer to an earlier wish must not replace a later one.
      if (mine === asked) shown = { session, range };
    },
    live() {
      asked += 1;
      shown = null;
    },
  };
}
