import type { StickyCounts } from '../../protocol/l7/policy-stats.ts';
import { kind } from './policy-kind.ts';
import { viewOf } from './request-view.ts';
import { createSeal } from './sticky/seal.ts';
import { createStickiness } from './sticky/stickiness.ts';

/** For a proxy without routes: a group of its own has stickiness of its own. */
export const sticky = kind('sticky', (settings, { group }) => {
  const all = () => group.members.map(({ id }) => id);
  const stickiness = createStickiness(settings, createSeal(), all);
  if (stickiness === null) return null;
  return {
    name: 'sticky',
    request(call) {
      if (call.pool === null)
        stickiness.apply(call, viewOf(call.head, call.peer.address, call.peer.localPort));
      return null;
    },
    stats: (): StickyCounts & Record<string, number> => ({ ...stickiness.counts }),
  };
});
