import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { Tracked } from './conntrack.ts';
import { trackedTo } from './conntrack.ts';
import type { Front, KernelPlane } from './plane.ts';

/** The list holds every connection of the last two minutes, closed ones too; a long one is read less often. */
const leastMs = 1000;
const restFactor = 20;
const most = 1000;

/** The connections that the kernel follows now; none on a plane that follows none. */
export interface Connections {
  readonly open: number;
  openOf(target: string): number;
  look(): Promise<void>;
  readonly route: AdminRoute;
}

export function watchConnections(plane: KernelPlane, front: Front): Connections {
  let tracked: readonly Tracked[] = [];
  let next = 0;
  const look = async (): Promise<void> => {
    const began = Date.now();
    if (!plane.tracks || began < next) return;
    tracked = await trackedTo(front.address, front.port);
    next = Date.now() + Math.max(leastMs, (Date.now() - began) * restFactor);
  };
  const targetOf = (one: Tracked): string | null => plane.targetAt(one.upstream.to);
  return {
    get open() {
      return tracked.length;
    },
    openOf: (target) => tracked.filter((one) => targetOf(one) === target).length,
    look,
    /** GET /connections?limit=100, as in user space; the kernel keeps no ages. */
    route: {
      method: 'GET',
      path: '/connections',
      handle(call) {
        const limit = Math.min(most, numberIn(call, 'limit', 100));
        const rows = limit === 0 ? [] : tracked.slice(-limit);
        return {
          open: tracked.length,
          connections: rows.map((one) => ({
            target: targetOf(one),
            client: one.client,
            upstream: one.upstream,
            bytesToTarget: one.toTarget,
            bytesFromTarget: one.fromTarget,
          })),
        };
      },
    },
  };
}
