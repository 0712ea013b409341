import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { Bill } from '../../contract/measure.ts';
import type { ActOfHand, Sample } from '../checks/evidence.ts';

export interface BillInput {
  readonly transitions: readonly (ProgramEvent & { type: 'health' })[];
  readonly acts: readonly ActOfHand[];
  /** A client's counters at a time; the newest without one. */
  readonly client: (at?: number) => { readonly node: string; readonly sample: Sample } | null;
}

interface Stretch {
  readonly from: number;
  /** Infinity: it is not over. */
  readonly to: number;
}

/**
 * Requests and users hurt from the newest fault's start until the target left rotation, and again each time it came
 * back while still broken: all that went wrong at the client in that time. `named` of them are bad answers that carry the
 * target's name; an answer that never came carries none.
 */
export function billsOf(
  input: BillInput,
  target: string,
): { readonly bill: Bill | null; readonly returnBill: Bill | null } {
  const since = sentHereSince(input);
  const [first, ...again] = stretchesOf(input, target)
    .filter(({ to }) => to > since)
    .map(({ from, to }) => ({ from: Math.max(from, since), to }));
  return {
    bill: first === undefined ? null : billOf(input, target, [first]),
    returnBill: again.length === 0 ? null : billOf(input, target, again),
  };
}

/** Pure: the times in which a broken target was in rotation. */
export function stretchesOf({ transitions, acts }: BillInput, target: string): readonly Stretch[] {
  const fault = acts.findLast((act) => act.kind === 'fault' && act.node === target && act.on);
  if (fault === undefined) return [];
  const healed =
    acts.find((act) => act.kind === 'fault' && act.node === target && !act.on && act.at > fault.at)?.at ??
    Infinity;
  const stretches: Stretch[] = [];
  let from: number | null = fault.at;
  for (const { target: id, from: before, to, at } of transitions) {
    if (id !== target || at <= fault.at || at >= healed) continue;
    if (from !== null && to === 'unhealthy') {
      stretches.push({ from, to: at });
      from = null;
    } else if (from === null && before === 'unhealthy' && to === 'healthy') from = at;
  }
  return from === null ? stretches : [...stretches, { from, to: healed }];
}

/** A client that was sent here in the middle of it met this balancer's targets from then on: before, it was hurt elsewhere. */
function sentHereSince({ acts, client }: BillInput): number {
  const witness = client()?.node;
  const sent = acts.findLast(
    (act) => act.kind === 'settings' && act.node === witness && isSentElsewhere(act.paths),
  );
  return sent?.at ?? -Infinity;
}

/** Of a client's settings: where it sends. */
export function isSentElsewhere(changed: readonly string[]): boolean {
  return changed.includes('address') || changed.includes('port');
}

function billOf({ client }: BillInput, target: string, stretches: readonly Stretch[]): Bill | null {
  const hurt = new Set<string>();
  let requests = 0;
  let named = 0;
  let usersAtLeast = false;
  let witness = '';
  for (const { from, to } of stretches) {
    const start = client(from);
    const stop = client(to === Infinity ? undefined : to);
    if (start === null || stop === null) return null;
    const before = start.sample.stats as ClientStats;
    const after = stop.sample.stats as ClientStats;
    requests += Math.max(0, wentWrong(after) - wentWrong(before));
    named += Math.max(0, badOf(after.byServer[target]) - badOf(before.byServer[target]));
    for (const user of usersHurt(before, after)) hurt.add(user);
    usersAtLeast ||= after.users.total > after.perUser.length;
    witness = stop.node;
  }
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return null;
  return {
    from: first.from,
    to: last.to === Infinity ? null : last.to,
    requests,
    named,
    users: hurt.size,
    usersAtLeast,
    witness,
  };
}

function wentWrong({ byStatus, failed }: ClientStats): number {
  return badOf(byStatus) + failed;
}

function badOf(byStatus: ClientStats['byStatus'] = {}): number {
  return Object.entries(byStatus)
    .filter(([status]) => Number(status) >= 400)
    .reduce((sum, [, count]) => sum + count, 0);
}

function usersHurt(before: ClientStats, after: ClientStats): readonly string[] {
  const was = new Map(before.perUser.map((user) => [user.user, user.bad]));
  return after.perUser.filter((user) => user.bad > (was.get(user.user) ?? 0)).map((user) => user.user);
}
