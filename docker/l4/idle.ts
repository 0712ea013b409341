import type { Clock } from '../balancing/clock.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { Flow } from './flow.ts';

/** Flows are looked at this often within their idle time, and at least once a second: late by 5 % at most. */
const looks = 20;
const slowestLookMs = 1000;
const fastestLookMs = 10;

/**
 * One timer for all flows instead of one per socket, so that a new idle time holds at once for those that are open.
 * Only bytes count as life: a TCP keepalive never reaches user space. (AWS NLB counts it; lb-spec 1.2 and 17.)
 */
export function watchIdle(
  flows: ReadonlySet<Pick<Flow, 'lastAt' | 'expire'>>,
  settings: () => Pick<L4Settings, 'idleTimeoutMs' | 'whenIdle'>,
  clock: Clock,
) {
  let cancel: () => void = () => undefined;

  const look = () => {
    const { idleTimeoutMs, whenIdle } = settings();
    const limit = clock.now() - idleTimeoutMs;
    for (const flow of [...flows]) if (flow.lastAt <= limit) flow.expire(whenIdle);
    next();
  };

  const next = () => {
    const every = Math.max(fastestLookMs, Math.min(slowestLookMs, settings().idleTimeoutMs / looks));
    cancel = clock.after(every, look);
  };

  next();
  return {
    settingsChanged() {
      cancel();
      next();
    },
    stop: () => cancel(),
  };
}
