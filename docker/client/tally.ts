import { unnamedServer } from '../protocol/client.ts';
import type { ClientStats } from '../protocol/stats.ts';
import type { Ending } from './exchange.ts';
import { userName } from './users.ts';

type Counted = Omit<
  ClientStats,
  'role' | 'process' | 'connections' | 'bytes' | 'mix' | 'latency' | 'service' | 'lag'
>;

/** What became of every request. At every moment: scheduled = answered + failed + in flight + shed. */
export interface Tally {
  readonly scheduled: number;
  readonly inFlight: number;
  /** Another attempt at a request that is in the books already. */
  retried(): void;
  /** Due, and sent. */
  sent(): void;
  /** Due, and not sent, because too many are in flight. */
  shed(): void;
  ended(user: number, ending: Ending): void;
  snapshot(users: number): Counted;
}

/** `ClientStats.perUser` lists these; `served` and `hurt` know all. */
const listedUsers = 100;
const mostUsers = 10_000;
/** A server that makes up names must not grow our memory. */
const mostServers = 1000;

export function createTally(): Tally {
  let scheduled = 0;
  let answered = 0;
  let failed = 0;
  let inFlight = 0;
  let shed = 0;
  let retried = 0;
  let served = 0;
  let hurt = 0;
  const byStatus: Record<string, number> = {};
  const byFailure: Record<string, number> = {};
  const byServer = new Map<string, Record<string, number>>();
  const ok = new Uint32Array(mostUsers);
  const bad = new Uint32Array(mostUsers);
  const lastServer: (string | null)[] = [];

  const countServer = (server: string | null, status: string) => {
    const known = server !== null && (byServer.has(server) || byServer.size < mostServers);
    const name = known ? server : unnamedServer;
    let counts = byServer.get(name);
    if (counts === undefined) byServer.set(name, (counts = {}));
    bump(counts, status);
  };

  const countUser = (user: number, ending: Ending) => {
    const counts = ending.ok ? ok : bad;
    const before = counts[user] ?? 0;
    counts[user] = before + 1;
    if (before === 0) {
      if (ending.ok) served += 1;
      else hurt += 1;
    }
    if (user < listedUsers && ending.status !== null) lastServer[user] = ending.server;
  };

  return {
    get scheduled() {
      return scheduled;
    },
    get inFlight() {
      return inFlight;
    },
    retried() {
      retried += 1;
    },
    sent() {
      scheduled += 1;
      inFlight += 1;
    },
    shed() {
      scheduled += 1;
      shed += 1;
    },
    ended(user, ending) {
      inFlight -= 1;
      if (ending.status !== null) {
        answered += 1;
        bump(byStatus, ending.status);
        countServer(ending.server, ending.status);
      } else {
        failed += 1;
        bump(byFailure, ending.failure ?? 'local');
      }
      countUser(user, ending);
    },
    snapshot: (users) => ({
      scheduled,
      answered,
      failed,
      inFlight,
      shed,
      retried,
      byStatus: { ...byStatus },
      byFailure: { ...byFailure },
      byServer: Object.fromEntries([...byServer].map(([server, counts]) => [server, { ...counts }])),
      users: { total: users, served, hurt },
      perUser: Array.from({ length: Math.min(users, listedUsers) }, (_, user) => ({
        user: userName(user),
        ok: ok[user] ?? 0,
        bad: bad[user] ?? 0,
        server: lastServer[user] ?? null,
      })),
    }),
  };
}

function bump(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
