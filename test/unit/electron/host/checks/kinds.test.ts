import { describe, expect, it } from 'vitest';
import type { RouteStats } from '../../../../../docker/protocol/l7/policy-stats.ts';
import type { BalancerStats, MixStats } from '../../../../../docker/protocol/stats.ts';
import { judge } from '../../../../../electron/host/checks/judge.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { balancerStats, clientStats, evidence, sample } from '../../../../support/evidence.ts';

const none: MixStats = { sent: 0, byStatus: {}, failed: 0, byServer: {}, latency: {} };

/** A client whose mix has one kind, at 1 s and at 9 s; the step opened at 0.5 s. */
function judged(check: object, first: Partial<MixStats>, last: Partial<MixStats>) {
  const at = (time: number, kind: Partial<MixStats>) =>
    sample(time, clientStats({ mix: { api: { ...none, ...kind } } }));
  return judge(checkSchema.parse(check), {
    step: 's',
    evidence: evidence({ stepOpenedAt: 500, samples: { client: [at(1000, first), at(9000, last)] } }),
  });
}

describe('latency', () => {
  const check = { type: 'latency', client: 'client', kind: 'api', atMostMs: 100, sample: 100 };

  it('reads the percentile of what came since, and nothing from before', () => {
    const before = { byStatus: { 200: 50 }, latency: { '900': 50 } };
    const good = { byStatus: { 200: 150 }, latency: { '10': 99, '90': 1, '900': 50 } };
    expect(judged(check, before, good)).toMatchObject({
      state: 'pass',
      measured: 'p99 of api: 10 ms over 100 requests',
    });
    const bad = { byStatus: { 200: 150 }, latency: { '10': 98, '400': 2, '900': 50 } };
    expect(judged(check, before, bad)).toMatchObject({
      state: 'fail',
      measured: 'p99 of api: 400 ms over 100 requests',
    });
    expect(judged({ ...check, atLeastMs: 300, atMostMs: 500 }, before, bad).state).toBe('pass');
  });

  it('waits for its sample', () => {
    expect(judged(check, {}, { byStatus: { 200: 99 }, latency: { '10': 99 } }).state).toBe('waiting');
  });
});

describe('answers', () => {
  const check = { type: 'answers', client: 'client', kind: 'api', status: '410' };

  it('counts one status of one kind', () => {
    const some = { byStatus: { 200: 90, 410: 3 }, failed: 7 };
    expect(judged({ ...check, atLeast: 3 }, {}, some)).toMatchObject({
      state: 'pass',
      measured: '3 answers 410 to api among 100',
    });
    expect(judged({ ...check, atLeast: 4 }, {}, some).state).toBe('waiting');
    expect(judged({ ...check, atMost: 2 }, {}, some).state).toBe('fail');
  });

  it('does not call nothing a proof of nothing', () => {
    const never = { ...check, atMost: 0, sample: 100 };
    expect(judged(never, {}, { byStatus: { 200: 99 } }).state).toBe('waiting');
    expect(judged(never, {}, { byStatus: { 200: 100 } }).state).toBe('pass');
  });
});

describe('rate', () => {
  const check = { type: 'rate', client: 'client', kind: 'api', status: '200', seconds: 4, atMost: 12 };

  it('goes by the second, over the span asked for', () => {
    expect(judged(check, {}, { byStatus: { 200: 80 } })).toMatchObject({
      state: 'pass',
      measured: '10 answers 200 to api a second, over 8 s',
    });
    expect(judged(check, {}, { byStatus: { 200: 100 } }).state).toBe('fail');
    expect(judged({ ...check, seconds: 60 }, {}, { byStatus: { 200: 80 } }).state).toBe('waiting');
  });
});

describe('split and routed', () => {
  const route = (v1: number, v2: number): RouteStats => ({
    match: '',
    does: '',
    requests: v1 + v2,
    byStatus: { 200: v1 + v2 },
    byGroup: { v1, v2 },
    latency: {},
    durations: { counts: [], sumMs: 0 },
    mirrored: { sent: 0, answered: 0, failed: 0 },
  });
  const proxy = (routes: Readonly<Record<string, RouteStats>>): BalancerStats => ({
    ...balancerStats({}),
    role: 'l7',
    policies: { routing: { unmatched: 0, groups: {}, routes } as never },
  });
  const seen = (
    check: object,
    first: Readonly<Record<string, RouteStats>>,
    last: Readonly<Record<string, RouteStats>>,
  ) =>
    judge(checkSchema.parse(check), {
      step: 's',
      evidence: evidence({
        stepOpenedAt: 500,
        samples: { proxy: [sample(1000, proxy(first)), sample(9000, proxy(last))] },
      }),
    });

  it('judges a split by the binomial bound of what came since', () => {
    const check = {
      type: 'split',
      balancer: 'proxy',
      route: 'all',
      group: 'v2',
      expected: 0.05,
      sample: 400,
    };
    expect(seen(check, { all: route(100, 0) }, { all: route(480, 20) }).state).toBe('pass');
    expect(seen(check, { all: route(100, 0) }, { all: route(420, 80) }).state).toBe('fail');
    expect(seen(check, {}, { all: route(90, 10) }).state).toBe('waiting');
  });

  it('counts what took a route, and to which group', () => {
    const check = { type: 'routed', balancer: 'proxy', route: 'beta', atLeast: 2 };
    expect(seen(check, {}, { beta: route(0, 2) }).state).toBe('pass');
    expect(seen(check, { beta: route(0, 2) }, { beta: route(0, 3) }).state).toBe('waiting');
    expect(seen({ ...check, group: 'v1' }, {}, { beta: route(1, 5) })).toMatchObject({
      state: 'waiting',
      measured: '1 by route beta to v1',
    });
    expect(seen(check, {}, {}).state).toBe('waiting');
  });
});
