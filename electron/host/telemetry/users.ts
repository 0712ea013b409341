import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { UserRow, Users } from '../../contract/measure.ts';
import type { Samples } from './samples.ts';

const windowMs = 10_000;

/** How each user fared lately, by the clients' own count: an average hides who is hurt every time. */
export function usersLately(samples: Samples, now: number): Users {
  const clients = samples.nodes().flatMap((client) => {
    const newest = samples.get(client);
    if (newest?.stats.role !== 'client') return [];
    const older = samples.get(client, now - windowMs);
    const before = older?.stats.role === 'client' ? older.stats : null;
    const { total } = newest.stats.users;
    return [{ client, total, rows: userRows(before, newest.stats) }];
  });
  return { windowMs, clients };
}

/** Pure. Worst first; those who sent nothing in the window come last. */
export function userRows(before: ClientStats | null, now: ClientStats): readonly UserRow[] {
  const was = new Map(before?.perUser.map((user) => [user.user, user]));
  return now.perUser
    .map(({ user, ok, bad, server }) => {
      const earlier = was.get(user);
      return { user, ok: ok - (earlier?.ok ?? 0), bad: bad - (earlier?.bad ?? 0), server };
    })
    .sort((a, b) => share(b) - share(a) || b.bad - a.bad);
}

function share({ ok, bad }: UserRow): number {
  return ok + bad === 0 ? -1 : bad / (ok + bad);
}
