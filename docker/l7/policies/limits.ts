import { createRedisClient } from '../../lib/redis/redis-client.ts';
import type { LimitStats } from '../../protocol/l7/policy-stats.ts';
import type { RateLimit } from '../../protocol/l7/rate-limit.ts';
import { clientAddress } from './client-address.ts';
import { matchWords } from './match-words.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call, Policy } from './policy.ts';
import { createLimiter } from './rate-limit/limiter.ts';
import type { Verdict } from './rate-limit/limiter.ts';
import { createLocalStore } from './rate-limit/local-store.ts';
import { createRedisStore } from './rate-limit/redis-store.ts';
import type { LimitStore } from './rate-limit/decision.ts';
import { viewOf } from './request-view.ts';

type RuleCounts = Record<string, { allowed: number; refused: number }>;

interface LimitPolicy extends Policy {
  readonly local: LimitStore;
  readonly counts: RuleCounts;
  readonly store: { answers: number; failures: number; reachable: boolean };
}

/** call --> each rule that matches: room for one more? --> on, or 429 */
export const limits = kind('limits', (settings, { emit }, before) => {
  const old = isLimits(before) ? before : null;
  const local = old?.local ?? createLocalStore();
  const counts: RuleCounts = old?.counts ?? {};
  const store = old?.store ?? { answers: 0, failures: 0, reachable: true };
  const redis = settings.store === null ? null : createRedisClient(settings.store, settings.storeTimeoutMs);
  const shared = redis === null ? null : createRedisStore(redis);
  const limiter = createLimiter(settings.rules, {
    local,
    shared: () => shared,
    whenStoreGone: () => settings.whenStoreGone,
    onDecision(rule, allowed) {
      const count = (counts[rule] ??= { allowed: 0, refused: 0 });
      count[allowed ? 'allowed' : 'refused'] += 1;
    },
    onStore(answered) {
      if (answered !== store.reachable) {
        const then = settings.whenStoreGone === 'allow' ? 'everybody is let in' : 'everybody is refused';
        const text = answered ? 'limits: the store answers again' : `limits: the store is gone, ${then}`;
        emit({ type: 'note', text, data: { answered } });
      }
      store.reachable = answered;
      store[answered ? 'answers' : 'failures'] += 1;
    },
  });
  if (limiter === null) {
    redis?.close();
    return null;
  }
  const policy: LimitPolicy = {
    name: 'limits',
    local,
    counts,
    store,
    request(call) {
      // To ask is to count: what would happen to a request that is not sent cannot be said without counting it.
      if (call.dry) return null;
      const address = clientAddress(call.peer.address, call.received.fields, settings.trustedHops);
      const verdict = limiter.check(viewOf(call.head, address, call.peer.localPort));
      if (verdict === null) return null;
      return verdict instanceof Promise
        ? verdict.then((one) => carryOut(call, one))
        : carryOut(call, verdict);
    },
    stats: () =>
      ({
        rules: Object.fromEntries(
          Object.entries(settings.rules).map(([name, rule]) => [
            name,
            { words: ruleWords(rule), ...(counts[name] ?? { allowed: 0, refused: 0 }) },
          ]),
        ),
        store: redis === null ? null : { ...store },
      }) satisfies LimitStats,
    dispose: () => redis?.close(),
  };
  return policy;
});

/** "10 in 1 s for each header x-api-key, path /api/search/*" */
function ruleWords({ requests, perMs, by, name, match, algorithm, burst }: RateLimit): string {
  const whom = {
    everyone: 'together',
    address: 'for each address',
    header: `for each ${name}`,
    cookie: `for each ${name}`,
  };
  const how = algorithm === 'token-bucket' && burst > 0 ? `, bursts of ${burst}` : '';
  return `${requests} in ${perMs / 1000} s ${whom[by]}${how}, ${matchWords(match)}`;
}

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
