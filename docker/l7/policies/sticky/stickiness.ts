import type { StickyCounts } from '../../../protocol/l7/policy-stats.ts';
import type { Sticky } from '../../../protocol/l7/sticky.ts';
import type { Call } from '../policy.ts';
import type { RequestView } from '../request-view.ts';
import type { Seal } from './seal.ts';
import { createSticky } from './sticky.ts';

/** Stickiness at work on one set of targets: chooses, sets cookies, and counts who came back. */
export interface Stickiness {
  readonly counts: StickyCounts;
  apply(call: Call, request: RequestView): void;
}

/** Null: off. `targets` are the ids to choose from, as they are now. */
export function createStickiness(
  settings: Sticky,
  seal: Seal,
  targets: () => readonly string[],
  before: StickyCounts = { kept: 0, moved: 0, fresh: 0 },
): Stickiness | null {
  const sticky = createSticky(settings, seal);
  if (sticky === null) return null;
  const counts = { ...before };
  return {
    counts,
    apply(call, request) {
      const wanted = sticky.wanted(request, targets(), call.at);
      call.prefer = wanted;
      call.why(
        'sticky',
        wanted === null ? 'no cookie that counts' : `cookie ${settings.cookie} names ${wanted}`,
      );
      if (call.dry) return;
      call.wrapResponse((next) => ({
        ...next,
        head(head) {
          const { target } = call;
          if (target === null) {
            next.head(head);
            return;
          }
          const kept = target === wanted;
          counts[kept ? 'kept' : wanted === null ? 'fresh' : 'moved'] += 1;
          if (wanted !== null && !kept) call.why('sticky', `${wanted} may not serve: moved to ${target}`);
          const cookies = sticky.cookies({ target, kept, fields: head.fields, now: call.at });
          next.head(cookies.length === 0 ? head : { ...head, fields: [...head.fields, ...cookies] });
        },
      }));
    },
  };
}
