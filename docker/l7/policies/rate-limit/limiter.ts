import type { RateLimit } from '../../../protocol/l7/rate-limit.ts';
import type { Field } from '../../message.ts';
import { testOf } from '../matcher.ts';
import type { Test } from '../matcher.ts';
import type { RequestView } from '../request-view.ts';
import type { Decision, LimitStore } from './decision.ts';

export interface LimiterDeps {
  readonly local: LimitStore;
  /** Null where no store is set; then shared rules are counted here, and it says so. */
  shared(): LimitStore | null;
  /** What a shared rule does while its store does not answer. */
  whenStoreGone(): 'allow' | 'refuse';
  /** One rule's word on one request, for the counters. */
  onDecision(rule: string, allowed: boolean): void;
  /** Whether the store answered. */
  onStore(answered: boolean): void;
}

/** All rules together on one request. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status: number;
  /** "search: 10 in 1 s for header x-api-key u7, refused" */
  readonly why: string;
  /** For the answer, whoever gives it. */
  readonly fields: readonly Field[];
}

export interface Limiter {
  /** Null where no rule has anything to say. A promise only where a shared store has to be asked. */
  check(request: RequestView): Verdict | Promise<Verdict> | null;
}

interface Rule {
  readonly name: string;
  readonly limit: RateLimit;
  readonly applies: Test;
}

interface Counted {
  readonly rule: Rule;
  readonly key: string;
  readonly decision: Decision;
}

/** Rules are asked in their order, and the first refusal ends it: what comes after has not counted this request. */
export function createLimiter(
  limits: Readonly<Record<string, RateLimit>>,
  deps: LimiterDeps,
): Limiter | null {
  const rules = Object.entries(limits).map(([name, limit]): Rule => ({
    name,
    limit,
    applies: testOf(limit.match),
  }));
  if (rules.length === 0) return null;

  const ask = (rule: Rule, key: string): Decision | Promise<Decision> => {
    const shared = rule.limit.shared ? deps.shared() : null;
    if (shared === null) return deps.local.take(rule.name, key, rule.limit);
    const answer = shared.take(rule.name, key, rule.limit);
    if (!(answer instanceof Promise)) return answer;
    return answer.then(
      (decision) => {
        deps.onStore(true);
        return decision;
      },
      () => {
        deps.onStore(false);
        return storeGone(deps.whenStoreGone());
      },
    );
  };

  const run = (
    left: readonly Rule[],
    request: RequestView,
    done: readonly Counted[],
  ): Verdict | Promise<Verdict> => {
    const [rule, ...rest] = left;
    if (rule === undefined) return verdictOf(done);
    const key = keyOf(rule.limit, request);
    const go = (decision: Decision): Verdict | Promise<Verdict> => {
      deps.onDecision(rule.name, decision.allowed);
      const counted = [...done, { rule, key, decision }];
      return decision.allowed ? run(rest, request, counted) : verdictOf(counted);
    };
    const decision = ask(rule, key);
    return decision instanceof Promise ? decision.then(go) : go(decision);
  };

  return {
    check(request) {
      const applying = rules.filter(({ applies }) => applies(request));
      return applying.length === 0 ? null : run(applying, request, []);
    },
  };
}

/** Who it is counted for. The kind is part of the key: an address is not the same as a header that spells one. */
function keyOf({ by, name }: RateLimit, request: RequestView): string {
  if (by === 'everyone') return 'everyone';
  if (by === 'address') return `address ${request.address}`;
  const value = by === 'header' ? request.header(name) : request.cookie(name);
  return value === null ? `address ${request.address}` : `${by} ${name} ${value}`;
}

function storeGone(then: 'allow' | 'refuse'): Decision {
  return { allowed: then === 'allow', remaining: 0, resetMs: 1000, uncounted: true };
}

function verdictOf(counted: readonly Counted[]): Verdict {
  const last = counted.at(-1);
  const allowed = last?.decision.allowed ?? true;
  const words = counted.map(({ rule, key, decision }) => {
    const { requests, perMs } = rule.limit;
    const left = decision.allowed ? `${decision.remaining} left` : 'refused';
    const what =
      decision.uncounted === true ? `the store is gone, ${decision.allowed ? 'let in' : 'refused'}` : left;
    return `${rule.name}: ${requests} in ${perMs / 1000} s for ${key}, ${what}`;
  });
  return {
    allowed,
    status: last?.rule.limit.status ?? 429,
    why: words.join('; '),
    fields: [
      ...rateLimitFields(counted.filter(({ decision }) => decision.uncounted !== true)),
      ...(allowed || last === undefined ? [] : [retryAfter(last.decision)]),
    ],
  };
}

/** draft-ietf-httpapi-ratelimit-headers: q quota, w window in seconds; r remaining, t seconds until it is there again. */
function rateLimitFields(counted: readonly Counted[]): readonly Field[] {
  if (counted.length === 0) return [];
  const policy = counted.map(
    ({ rule }) =>
      `"${rule.name}";q=${rule.limit.requests};w=${Math.max(1, Math.round(rule.limit.perMs / 1000))}`,
  );
  const state = counted.map(
    ({ rule, decision }) => `"${rule.name}";r=${decision.remaining};t=${seconds(decision)}`,
  );
  return [
    ['RateLimit-Policy', policy.join(', ')],
    ['RateLimit', state.join(', ')],
  ];
}

function retryAfter(decision: Decision): Field {
  return ['Retry-After', String(seconds(decision))];
}

/** Whole seconds, never too early. */
function seconds({ resetMs }: Decision): number {
  return Math.max(1, Math.ceil(resetMs / 1000));
}
