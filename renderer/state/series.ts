import { createSubscriber } from 'svelte/reactivity';
import type { Tick } from '../../electron/contract/measure.ts';
import type { Connection } from './connection.svelte.ts';

/** Ticks kept for the charts: 150 seconds at four a second. */
export const keptTicks = 600;

export interface Series {
  /** Oldest first. The same array while nothing new came. */
  readonly ticks: readonly Tick[];
}

/** The measured past: asked for once, then grown by the topic. A gap stays a gap. */
export function createSeries(connection: Connection): Series {
  let ticks: readonly Tick[] = [];
  const use = createSubscriber((update) => {
    let wanted = true;
    const take = (more: readonly Tick[]): void => {
      const joined = join(ticks, more);
      if (joined === ticks) return;
      ticks = joined;
      update();
    };
    const end = connection.subscribe('rates', (rates) => take(rates.ticks));
    connection.call('series.history', {}).then(
      (history) => {
        if (wanted) take(history.ticks);
      },
      // Without a session there is no past; the topic brings what comes.
      () => undefined,
    );
    return () => {
      wanted = false;
      end();
      ticks = [];
    };
  });
  return {
    get ticks() {
      use();
      return ticks;
    },
  };
}

/** Merges by sequence number. Numbers that start again mean a new session: the old past goes. */
export function join(have: readonly Tick[], more: readonly Tick[]): readonly Tick[] {
  const last = have.at(-1);
  const newest = more.at(-1);
  if (newest === undefined) return have;
  if (last === undefined) return more.slice(-keptTicks);
  if (newest.seq < last.seq && newest.at > last.at) return more.slice(-keptTicks);
  const known = new Set(have.map((tick) => tick.seq));
  const fresh = more.filter((tick) => !known.has(tick.seq));
  if (fresh.length === 0) return have;
  return [...have, ...fresh].sort((a, b) => a.seq - b.seq).slice(-keptTicks);
}
