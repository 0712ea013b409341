import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createLimiter } from '../../../../../../docker/l7/policies/rate-limit/limiter.ts';
import type { Verdict } from '../../../../../../docker/l7/policies/rate-limit/limiter.ts';
import { createLocalStore } from '../../../../../../docker/l7/policies/rate-limit/local-store.ts';
import { rateLimitsSchema } from '../../../../../../docker/protocol/l7/rate-limit.ts';
import { asked } from '../request.ts';
import type { Asked } from '../request.ts';

function limiter(limits: z.input<typeof rateLimitsSchema>) {
  let now = 0;
  const counts: Record<string, number> = {};
  const made = createLimiter(rateLimitsSchema.parse(limits), {
    local: createLocalStore(() => now),
    shared: () => null,
    whenStoreGone: () => 'allow',
    onStore: () => undefined,
    onDecision: (rule, allowed) => {
      const key = `${rule} ${allowed ? 'in' : 'out'}`;
      counts[key] = (counts[key] ?? 0) + 1;
    },
  });
  const check = (request: Asked = {}) => made?.check(asked(request)) as Verdict | null;
  return {
    counts,
    check,
    allowed: (request?: Asked) => check(request)?.allowed ?? true,
    wait: (ms: number) => (now += ms),
  };
}

describe('rate limit', () => {
  it('costs nothing where there is none', () => {
    expect(
      createLimiter(
        {},
        {
          local: createLocalStore(),
          shared: () => null,
          whenStoreGone: () => 'allow',
          onStore: () => undefined,
          onDecision: () => undefined,
        },
      ),
    ).toBeNull();
  });

  it('lets in ten in any second, to the request', () => {
    const { allowed, wait } = limiter({ search: { requests: 10, perMs: 1000, by: 'everyone' } });
    let let_in = 0;
    const times: number[] = [];
    for (let at = 0; at < 5000; at += 7) {
      if (allowed()) {
        let_in += 1;
        times.push(at);
      }
      wait(7);
    }
    // At 7 ms each, ten fit into the first 63 ms, and so on once a second.
    expect(let_in).toBe(50);
    for (const [index, time] of times.entries()) {
      const tenth = times[index + 10];
      if (tenth !== undefined) expect(tenth - time).toBeGreaterThanOrEqual(1000);
    }
  });

  it('fills a bucket at the steady rate, up to the burst', () => {
    const { allowed, wait } = limiter({
      api: { requests: 10, perMs: 1000, algorithm: 'token-bucket', burst: 3, by: 'everyone' },
    });
    expect([1, 2, 3, 4].map(() => allowed())).toEqual([true, true, true, false]);
    wait(100);
    expect([allowed(), allowed()]).toEqual([true, false]);
    wait(60_000);
    expect([1, 2, 3, 4].map(() => allowed())).toEqual([true, true, true, false]);
  });

  it('counts each key for itself, and by address who has none', () => {
    const limits = { a: { requests: 1, by: 'header', name: 'x-api-key' } } as const;
    const { allowed } = limiter(limits);
    expect(allowed({ fields: [['X-API-Key', 'one']] })).toBe(true);
    expect(allowed({ fields: [['x-api-key', 'two']] })).toBe(true);
    expect(allowed({ fields: [['x-api-key', 'one']] })).toBe(false);
    expect(allowed({ address: '10.0.0.1' })).toBe(true);
    expect(allowed({ address: '10.0.0.2' })).toBe(true);
    expect(allowed({ address: '10.0.0.1' })).toBe(false);
    // Nobody is taken for an address by spelling one.
    expect(allowed({ address: '10.0.0.3', fields: [['x-api-key', '10.0.0.1']] })).toBe(true);
  });

  it('leaves other paths alone, and says nothing there', () => {
    const { check } = limiter({ search: { match: { path: '/api/search' }, requests: 1 } });
    expect(check({ target: '/api/healthcheck' })).toBeNull();
    expect(check({ target: '/api/search?q=a' })?.allowed).toBe(true);
    expect(check({ target: '/api/search' })?.allowed).toBe(false);
  });

  it('says how much is left and when to come again, never too early', () => {
    const { check, wait } = limiter({ search: { requests: 2, perMs: 2500, by: 'everyone', status: 503 } });
    expect(check()).toMatchObject({
      allowed: true,
      fields: [
        ['RateLimit-Policy', '"search";q=2;w=3'],
        ['RateLimit', '"search";r=1;t=3'],
      ],
    });
    wait(1400);
    check();
    expect(check()).toMatchObject({
      allowed: false,
      status: 503,
      why: 'search: 2 in 2.5 s for everyone, refused',
      fields: [
        ['RateLimit-Policy', '"search";q=2;w=3'],
        ['RateLimit', '"search";r=0;t=2'],
        ['Retry-After', '2'],
      ],
    });
    wait(1100);
    expect(check()?.allowed).toBe(true);
  });

  it('asks one rule after the other, and counts nothing after a refusal', () => {
    const { check, counts } = limiter({
      all: { requests: 1, by: 'everyone' },
      each: { requests: 5, by: 'address' },
    });
    check();
    check();
    expect(counts).toEqual({ 'all in': 1, 'each in': 1, 'all out': 1 });
  });

  it('follows a quota that was lowered', () => {
    const store = createLocalStore(() => 0);
    const quota = { perMs: 1000, algorithm: 'sliding-window', burst: 0 } as const;
    for (let n = 0; n < 5; n += 1) void store.take('a', 'k', { ...quota, requests: 5 });
    expect(store.take('a', 'k', { ...quota, requests: 2 })).toEqual({
      allowed: false,
      remaining: 0,
      resetMs: 1000,
    });
  });
});
