import type { AdminRoute } from '../lib/admin-route.ts';
import { numberIn } from '../lib/common-routes.ts';
import type { Group } from './group.ts';

/** One page of the window; each explained pick is an event. */
const most = 100;

/** POST /explain?next=N: the next N real picks say why, as `note` events. A pick is never made up to be explained. */
export function explainRoute(group: Group): AdminRoute {
  return {
    method: 'POST',
    path: '/explain',
    handle(call) {
      const next = Math.min(most, numberIn(call, 'next', 1));
      group.explainNext(next);
      return { next };
    },
  };
}
