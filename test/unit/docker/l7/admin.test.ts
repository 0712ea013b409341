import { afterEach, describe, expect, it } from 'vitest';
import { createDurationBuckets } from '../../../../docker/l7/duration-buckets.ts';
import { explainRequestRoute } from '../../../../docker/l7/explain-request.ts';
import { metricsText } from '../../../../docker/l7/metrics.ts';
import { kind } from '../../../../docker/l7/policies/policy-kind.ts';
import { l7SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import { waitUntil } from '../../../support/wait.ts';
import { balancerStats, requestCounts, targetStats } from '../../../support/stats.ts';
import { ask, cleanUp, httpBackend, proxyTo } from './rig.ts';

afterEach(cleanUp);

describe('/explain/request', () => {
  it('says what would happen and why, and sends and spends nothing', async () => {
    let spent = 0;
    const { proxy, group } = await proxyTo([1, 2], {}, [
      kind('accessLog', () => ({
        name: 'gate',
        request(call) {
          if (!call.dry) spent += 1;
          call.why('gate', `looked at ${call.head.target}`);
          return call.head.target === '/shut' ? { status: 403, fields: [], body: 'no' } : null;
        },
      })),
    ]);
    const settings = l7SettingsSchema.parse({});
    const { handle } = explainRequestRoute(proxy.pipeline, group, () => settings, {
      address: '10.0.0.1',
      port: 8080,
    });
    const ask = (body: Record<string, string>) => handle({ params: {}, query: new URLSearchParams(), body });
    expect(await ask({ path: '/shut' })).toMatchObject({
      answer: { by: 'gate', status: 403 },
      send: null,
      why: ['gate: looked at /shut'],
    });
    expect(await ask({ path: '/open', from: '10.0.0.9' })).toMatchObject({
      answer: null,
      send: { request: 'GET /open', mayServe: ['t1', 't2'], algorithm: 'round-robin' },
    });
    expect(JSON.stringify(await ask({ from: '10.0.0.9' }))).toContain('10.0.0.9');
    expect(JSON.stringify(await ask({}))).toContain('["X-Forwarded-Port","8080"]');
    expect([spent, proxy.requests.view().received]).toEqual([0, 0]);
    await expect(Promise.resolve().then(() => ask({ path: 'x' }))).rejects.toThrow();
  });
});

describe('/metrics', () => {
  it('is what Prometheus reads', () => {
    const durations = createDurationBuckets();
    for (const ms of [1, 5, 7, 20_000]) durations.record(ms);
    const text = metricsText(
      balancerStats({
        requests: { ...requestCounts({ byStatus: { 200: 3 } }), own: { refused: 1 }, byPolicy: { 'a"b': 2 } },
        targets: { t1: targetStats({ state: 'unhealthy' }) },
      }),
      durations,
    );
    expect(text).toContain(
      '# TYPE blindspot_requests_total counter\nblindspot_requests_total{status="200"} 3\n',
    );
    expect(text).toContain('blindspot_own_answers_total{cause="refused"} 1\n');
    expect(text).toContain('blindspot_policy_answers_total{policy="a\\"b"} 2\n');
    expect(text).toContain('blindspot_target_up{target="t1"} 0\n');
    expect(text).toMatch(/bucket\{le="0.005"\} 2\n[^]*le="0.01"\} 3\n[^]*le="\+Inf"\} 4\n[^]*_count 4\n/);
    expect(text).not.toContain('route_');
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{[^}]*\})? \S+$)/);
  });

  it('has a histogram for each route', async () => {
    const target = await httpBackend((_, outgoing) => outgoing.end('ok'));
    const routing = {
      groups: { all: { targets: ['t1'] } },
      routes: {
        api: { match: { path: '/x' }, forward: { all: 1 } },
        idle: { match: { path: '/y' }, forward: { all: 1 } },
      },
    };
    const { port, proxy } = await proxyTo([target.port], { routing });
    await ask(port);
    await ask(port);
    await waitUntil(() => proxy.requests.view().answered === 2);
    const text = metricsText(balancerStats({ policies: proxy.pipeline.stats() }), proxy.durations);
    expect(text).toContain('blindspot_route_requests_total{route="api",status="200"} 2\n');
    expect(text).toContain('blindspot_route_duration_seconds_bucket{route="api",le="+Inf"} 2\n');
    expect(text).toContain('blindspot_route_duration_seconds_count{route="idle"} 0\n');
  });
});
