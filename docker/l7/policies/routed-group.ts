import type { Pool } from '../../balancing/pool.ts';
import type { GroupCounts } from '../../protocol/l7/policy-stats.ts';
import type { TargetGroup } from '../../protocol/l7/routing.ts';
import { createStatusCounts } from '../status-counts.ts';
import type { Answer, Call, Services } from './policy.ts';
import type { RequestView } from './request-view.ts';
import type { Seal } from './sticky/seal.ts';
import { createStickiness } from './sticky/stickiness.ts';

/** A named group at work: whom a call may be given to, how many at once, and what came of it. */
export interface RoutedGroup {
  readonly pool: Pool;
  /** Gives the call to this group; an answer where it is full. */
  take(call: Call, request: RequestView): Answer | null;
  view(): GroupCounts;
}

export function createRoutedGroup(
  settings: TargetGroup,
  services: Services,
  seal: Seal,
  before: GroupCounts | undefined,
): RoutedGroup {
  const { targets, maxRequests } = settings;
  const pool = services.group.among(targets);
  const stickiness = createStickiness(settings.sticky, seal, () => targets, before?.sticky);
  const byStatus = createStatusCounts(before?.byStatus);
  let requests = before?.requests ?? 0;
  let refused = before?.refused ?? 0;
  let inFlight = 0;
  return {
    pool,
    take(call, request) {
      if (maxRequests > 0 && inFlight >= maxRequests) {
        if (!call.dry) refused += 1;
        call.why('routing', `circuit breaker: ${maxRequests} requests are under way`);
        return overflow(maxRequests);
      }
      call.pool = pool;
      stickiness?.apply(call, request);
      if (call.dry) return null;
      requests += 1;
      inFlight += 1;
      call.atEnd(({ status }) => {
        inFlight -= 1;
        byStatus.add(status);
      });
      return null;
    },
    view: () => ({
      requests,
      byStatus: byStatus.view(),
      inFlight,
      refused,
      sticky: { ...(stickiness?.counts ?? before?.sticky ?? { kept: 0, moved: 0, fresh: 0 }) },
    }),
  };
}

function overflow(most: number): Answer {
  return {
    status: 503,
    fields: [['content-type', 'text/plain']],
    body: `503: the proxy answers, not a target (more than ${most} requests at once)\n`,
  };
}
