import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { ConnectionPage, ConnectionRow } from '../protocol/connections.ts';
import type { Tracked } from './conntrack.ts';
import { trackedTo } from './conntrack.ts';
import type { Front, KernelPlane } from './plane.ts';

/** The list holds every connection of the last two minutes, closed ones too; a long one is read less often. */
const leastMs = 1000;
const restFactor = 20;
const most = 10_000;

/** The connections that the kernel follows now; none on a plane that follows none. */
export interface Connections {
  readonly open: number;
  openOf(target: string): number;
  look(): Promise<void>;
  readonly route: AdminRoute;
}

/** The kernel keeps no age of a connection, so it is that since we first saw it; idle since its bytes last grew. */
interface Known extends Tracked {
  readonly id: number;
  readonly since: number;
  readonly movedAt: number;
}

export function watchConnections(plane: KernelPlane, front: Front): Connections {
  let known: ReadonlyMap<string, Known> = new Map();
  let next = 0;
  let lastId = 0;

  const meet = (one: Tracked, now: number): Known => {
    const before = known.get(one.client.from);
    const moved = before === undefined || bytesOf(before) !== bytesOf(one);
    return {
      ...one,
      id: before?.id ?? ++lastId,
      since: before?.since ?? now,
      movedAt: moved ? now : before.movedAt,
    };
  };
  const look = async (): Promise<void> => {
    const began = Date.now();
    if (!plane.tracks || began < next) return;
    const tracked = await trackedTo(front.address, front.port);
    known = new Map(tracked.map((one) => [one.client.from, meet(one, began)]));
    next = Date.now() + Math.max(leastMs, (Date.now() - began) * restFactor);
  };
  const targetOf = (one: Tracked): string | null => plane.targetAt(one.upstream.to);

  return {
    get open() {
      return known.size;
    },
    openOf: (target) => [...known.values()].filter((one) => targetOf(one) === target).length,
    look,
    /** GET /connections?limit=100&before=ID, or ?client=ADDRESS:PORT, as the forwarder in user space answers it. */
    route: {
      method: 'GET',
      path: '/connections',
      handle(call): ConnectionPage {
        const limit = Math.min(most, numberIn(call, 'limit', 100));
        const before = numberIn(call, 'before', 0);
        const client = call.query.get('client');
        const older = [...known.values()]
          .filter(({ id }) => before === 0 || id < before)
          .filter((one) => client === null || one.client.from === client)
          .sort((a, b) => b.id - a.id);
        const page = older.slice(0, limit);
        return {
          open: known.size,
          connections: page.map((one) => row(one, targetOf(one))),
          next: older.length > page.length ? (page.at(-1)?.id ?? null) : null,
          ended: [],
        };
      },
    },
  };
}

function bytesOf({ toTarget, fromTarget }: Tracked): number {
  return toTarget + fromTarget;
}

function row(one: Known, target: string | null): ConnectionRow {
  const now = Date.now();
  return {
    id: one.id,
    protocol: 'tcp',
    state: one.state === 'ESTABLISHED' ? 'open' : 'dialling',
    target,
    why: null,
    client: one.client,
    stated: null,
    upstream: one.upstream,
    serverName: null,
    alpn: [],
    bytesToTarget: one.toTarget,
    bytesFromTarget: one.fromTarget,
    ageMs: now - one.since,
    idleMs: now - one.movedAt,
  };
}
