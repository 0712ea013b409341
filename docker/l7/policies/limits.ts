import type { LimitStats } from '../../protocol/l7/policy-stats.ts';
import { clientAddress } from './client-address.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call, Policy } from './policy.ts';
import { createLimiter } from './rate-limit/limiter.ts';
import type { Verdict } from './rate-limit/limiter.ts';
import { createLocalStore } from './rate-limit/local-store.ts';
import type { LimitStore } from './rate-limit/decision.ts';
import { viewOf } from './request-view.ts';

type RuleCounts = Record<string, { allowed: number; refused: number }>;

interface LimitPolicy extends Policy {
  readonly local: LimitStore;
  readonly counts: RuleCounts;
}

/** call --> each rule that matches: room for one more? --> on, or 429 */
export const limits = kind('limits', (settings, { clock }, before) => {
  const old = isLimits(before) ? before : null;
  const local = old?.local ?? createLocalStore(() => clock.now());
  const counts: RuleCounts = old?.counts ?? {};
  const limiter = createLimiter(settings.rules, {
    local,
    shared: () => null,
    whenStoreGone: () => settings.whenStoreGone,
    onDecision(rule, allowed) {
      const count = (counts[rule] ??= { allowed: 0, refused: 0 });
      count[allowed ? 'allowed' : 'refused'] += 1;
    },
  });
  if (limiter === null) return null;
  const policy: LimitPolicy = {
    name: 'limits',
    local,
    counts,
    request(call) {
      // To ask is to count: what would happen to a request that is not sent cannot be said without counting it.
      if (call.dry) return null;
      const address = clientAddress(call.peer.address, call.received.fields, settings.trustedHops);
      const verdict = limiter.check(viewOf(call.head, address));
      if (verdict === null) return null;
      return verdict instanceof Promise
        ? verdict.then((one) => carryOut(call, one))
        : carryOut(call, verdict);
    },
    stats: () => ({ rules: structuredClone(counts), store: null }) satisfies LimitStats,
  };
  return policy;
});

function isLimits(policy: Policy | null): policy is LimitPolicy {
  return policy !== null && 'local' in policy;
}

function carryOut(call: Call, { allowed, status, why, fields }: Verdict): Answer | null {
  call.why('limits', why);
  if (!allowed) {
    return {
      status,
      fields: [['content-type', 'text/plain'], ...fields],
      body: `${status}: the proxy answers, not a target (too many requests)\n`,
    };
  }
  call.wrapResponse((next) => ({
    ...next,
    head: (head) => next.head({ ...head, fields: [...head.fields, ...fields] }),
  }));
  return null;
}
