import type { PairCounts, PairView } from '../../contract/capture.ts';
import type { Conversation, End } from './conversation.ts';
import type { Crossing, Mark } from './crossing.ts';

type Counts = { -readonly [K in keyof PairCounts]: number };

interface Pair {
  readonly client: string;
  readonly server: string;
  readonly total: Counts;
  /** By the whole second of the packets' own time, the last few. */
  readonly seconds: Map<number, Counts>;
}

const recentSeconds = 5;
const mostPairs = 100;
const counted: Readonly<Partial<Record<Mark, keyof PairCounts>>> = {
  established: 'handshakes',
  refused: 'refused',
  reset: 'reset',
  closed: 'closed',
  again: 'again',
};

/** What happened between each client and each server, counted packet by packet, whatever the ring lets go. */
export class Tallies {
  private readonly pairs = new Map<string, Pair>();
  private newest = 0;

  crossing({ conversation, frame, marks, at }: Crossing): void {
    if (conversation === null) return;
    if (frame.tcp !== null && frame.payloadLength > 0) this.count(conversation, 'data', at);
    for (const mark of marks) this.mark(conversation, mark, at);
  }

  mark(conversation: Conversation, mark: Mark, at: number): void {
    const what = counted[mark];
    if (what !== undefined) this.count(conversation, what, at);
  }

  view(now: number): readonly PairView[] {
    this.newest = Math.max(this.newest, Math.floor(now / 1000));
    return [...this.pairs.values()].map(({ client, server, total, seconds }) => ({
      client,
      server,
      total: { ...total },
      recent: sum([...seconds].filter(([second]) => this.recent(second)).map(([, counts]) => counts)),
      recentMs: recentSeconds * 1000,
    }));
  }

  private count({ client, server }: Conversation, what: keyof PairCounts, at: number): void {
    const pair = this.pair(called(client), `${called(server)}:${server.port}`);
    if (pair === null) return;
    const second = Math.floor(at / 1000);
    if (second > this.newest) this.newest = second;
    let now = pair.seconds.get(second);
    if (now === undefined) {
      now = none();
      pair.seconds.set(second, now);
      for (const old of pair.seconds.keys()) if (!this.recent(old)) pair.seconds.delete(old);
    }
    now[what]++;
    pair.total[what]++;
  }

  private pair(client: string, server: string): Pair | null {
    const key = `${client} ${server}`;
    const known = this.pairs.get(key);
    if (known !== undefined) return known;
    if (this.pairs.size === mostPairs) return null;
    const pair = { client, server, total: none(), seconds: new Map<number, Counts>() };
    this.pairs.set(key, pair);
    return pair;
  }

  private recent(second: number): boolean {
    return second > this.newest - recentSeconds;
  }
}

function called({ node, address }: End): string {
  return node ?? address;
}

function none(): Counts {
  return { handshakes: 0, data: 0, again: 0, refused: 0, reset: 0, closed: 0 };
}

function sum(all: readonly Counts[]): Counts {
  const total = none();
  for (const counts of all)
    for (const what of Object.keys(total) as (keyof PairCounts)[]) total[what] += counts[what];
  return total;
}
