import type { QuicClientStats } from '../../protocol/quic.ts';

/** What became of this client's QUIC connections, over every transport it has had. */
export interface Moves {
  opened(): void;
  ended(): void;
  unanswered(): void;
  overTcp(): void;
  /** Everybody changes network now. */
  changed(): void;
  /** One connection has; its fate belongs to this change, however late it is known. */
  moved(): Fate;
  stats(): QuicClientStats;
}

export interface Fate {
  lived(): void;
  lost(): void;
}

export function createMoves(now: () => number): Moves {
  const counts = { opened: 0, open: 0, unanswered: 0, moved: 0, lived: 0, lost: 0, overTcp: 0 };
  let latest: { at: number; moved: number; lived: number; lost: number } | null = null;
  return {
    opened() {
      counts.opened += 1;
      counts.open += 1;
    },
    ended: () => void (counts.open -= 1),
    unanswered: () => void (counts.unanswered += 1),
    overTcp: () => void (counts.overTcp += 1),
    changed: () => void (latest = { at: now(), moved: 0, lived: 0, lost: 0 }),
    moved() {
      const change = latest;
      const count = (what: 'moved' | 'lived' | 'lost') => {
        counts[what] += 1;
        if (change !== null) change[what] += 1;
      };
      count('moved');
      return { lived: () => count('lived'), lost: () => count('lost') };
    },
    stats: () => ({ ...counts, latest: latest === null ? null : { ...latest } }),
  };
}
