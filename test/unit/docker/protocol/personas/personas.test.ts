import { describe, expect, it } from 'vitest';
import { l4SettingsSchema, l7SettingsSchema } from '../../../../../docker/protocol/balancer.ts';
import { personaNamed, personas } from '../../../../../docker/protocol/personas/personas.ts';
import { noLimitMs } from '../../../../../docker/protocol/personas/persona.ts';
import { predict } from '../../../../../docker/protocol/prediction.ts';

/** The value at a dotted path of a persona's settings, as the balancer of that layer would run with them. */
function setting(name: string, layer: 'l4' | 'l7', path: string): unknown {
  const persona = personaNamed(name);
  const schema = layer === 'l4' ? l4SettingsSchema : l7SettingsSchema;
  const patch = persona?.[layer];
  if (patch === null || patch === undefined) throw new Error(`${name} has no ${layer}`);
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], schema.parse(patch));
}

/** Section of lb-spec, layer, setting, value: one row for each row that our settings can say. */
type Row = readonly [row: string, layer: 'l4' | 'l7', path: string, value: unknown];

const rows: Readonly<Record<string, readonly Row[]>> = {
  nlb: [
    ['1.1 hash input', 'l4', 'algorithm', 'flow-hash'],
    ['1.2 TCP idle timeout', 'l4', 'idleTimeoutMs', 350_000],
    ['1.2 at expiry: removed silently', 'l4', 'whenIdle', 'forget'],
    ['1.4 protocol', 'l4', 'healthCheck.protocol', 'tcp'],
    ['1.4 port: traffic port', 'l4', 'healthCheck.port', null],
    ['1.4 path', 'l4', 'healthCheck.path', '/'],
    ['1.4 interval', 'l4', 'healthCheck.intervalMs', 30_000],
    ['1.4 timeout TCP', 'l4', 'healthCheck.timeoutMs', 10_000],
    ['1.4 healthy threshold', 'l4', 'healthCheck.healthyThreshold', 5],
    ['1.4 unhealthy threshold', 'l4', 'healthCheck.unhealthyThreshold', 2],
    ['1.4 success codes', 'l4', 'healthCheck.successCodes', '200-399'],
    ['1.4 new target initial', 'l4', 'healthCheck.initialState', 'initial'],
    ['1.4 Host = NLB IP + listener port', 'l4', 'healthCheck.hostIs', 'listener'],
    ['1.5 RST on the next packet', 'l4', 'whenUnhealthy', 'forget'],
    ['1.5 all unhealthy: fail open', 'l4', 'whenAllDown', 'fail-open'],
    ['1.5 minimum healthy percentage off', 'l4', 'panicThreshold', 0],
    ['1.6 deregistration delay', 'l4', 'drainMs', 300_000],
    ['1.6 connection termination false', 'l4', 'afterDrain', 'keep'],
    ['10.4 retries none', 'l4', 'connectRetries', 0],
  ],
  alb: [
    ['2.2 default algorithm', 'l7', 'algorithm', 'round-robin'],
    ['2.2 slow start', 'l7', 'slowStartMs', 0],
    ['2.2 anomaly mitigation off', 'l7', 'passive.consecutiveErrors', 0],
    ['2.3 protocol', 'l7', 'healthCheck.protocol', 'http'],
    ['2.3 GET', 'l7', 'healthCheck.method', 'GET'],
    ['2.3 path', 'l7', 'healthCheck.path', '/'],
    ['2.3 interval', 'l7', 'healthCheck.intervalMs', 30_000],
    ['2.3 timeout', 'l7', 'healthCheck.timeoutMs', 5_000],
    ['2.3 healthy threshold', 'l7', 'healthCheck.healthyThreshold', 5],
    ['2.3 unhealthy threshold', 'l7', 'healthCheck.unhealthyThreshold', 2],
    ['2.3 matcher', 'l7', 'healthCheck.successCodes', '200'],
    ['2.3 one pass after registration', 'l7', 'healthCheck.initialState', 'initial'],
    ['2.3 Host = target IP:port', 'l7', 'healthCheck.hostIs', 'target'],
    ['2.3 fail-open', 'l7', 'whenAllDown', 'fail-open'],
    ['2.5 XFF append', 'l7', 'forwardedFor', 'append'],
    ['2.6 idle, client side', 'l7', 'keepAliveMs', 60_000],
    ['2.6 idle, target side', 'l7', 'responseTimeoutMs', 60_000],
    ['2.6 connect to target', 'l7', 'connectTimeoutMs', 10_000],
    ['2.7 draining', 'l7', 'drainMs', 300_000],
    ['2.7 cut at the end', 'l7', 'afterDrain', 'close'],
    ['2.8 no targets', 'l7', 'noTargetStatus', 503],
    ['20 existing conns to unhealthy', 'l7', 'whenUnhealthy', 'keep'],
    ['10.4 retries none', 'l7', 'connectRetries', 0],
  ],
  haproxy: [
    ['4.1 default balance in 2.6', 'l4', 'algorithm', 'round-robin'],
    ['4.2 check alone = TCP connect', 'l4', 'healthCheck.protocol', 'tcp'],
    ['4.2 inter', 'l4', 'healthCheck.intervalMs', 2_000],
    ['4.2 inter covers all', 'l4', 'healthCheck.timeoutMs', 2_000],
    ['4.2 rise', 'l4', 'healthCheck.healthyThreshold', 2],
    ['4.2 fall', 'l4', 'healthCheck.unhealthyThreshold', 3],
    ['4.2 fastinter = inter', 'l4', 'healthCheck.fastIntervalMs', 0],
    ['4.2 starts UP', 'l4', 'healthCheck.initialState', 'healthy'],
    ['4.2 httpchk method', 'l7', 'healthCheck.method', 'OPTIONS'],
    ['4.2 httpchk version', 'l7', 'healthCheck.httpVersion', '1.0'],
    ['4.2 httpchk no Host', 'l7', 'healthCheck.hostIs', 'none'],
    ['4.2 2xx and 3xx pass', 'l7', 'healthCheck.successCodes', '200-399'],
    ['4.2 observe off', 'l7', 'passive.consecutiveErrors', 0],
    ['4.2 shutdown-sessions off', 'l4', 'whenUnhealthy', 'keep'],
    ['4.2 slowstart off', 'l4', 'slowStartMs', 0],
    ['4.3 retries', 'l4', 'connectRetries', 3],
    ['4.3 without redispatch', 'l4', 'connectRetryAt', 'same'],
    ['4.3 min(timeout connect, 1 s) between', 'l7', 'connectRetryWaitMs', 1_000],
    ['4.3 no timeouts: connect', 'l4', 'connectTimeoutMs', noLimitMs],
    ['4.3 no timeouts: client', 'l4', 'idleTimeoutMs', noLimitMs],
    ['4.3 no timeouts: server', 'l7', 'responseTimeoutMs', noLimitMs],
    ['4.3 forwardfor is an option', 'l7', 'forwardedFor', 'keep'],
    ['20 all down', 'l7', 'whenAllDown', 'refuse'],
    ['20 all down: 503', 'l7', 'noTargetStatus', 503],
    ['20 drain no limit', 'l4', 'drainMs', noLimitMs],
  ],
  nginx: [
    ['5.1 smooth WRR', 'l7', 'algorithm', 'weighted-round-robin'],
    ['5.1 no active check', 'l7', 'healthCheck.protocol', 'none'],
    ['5.1 max_fails', 'l7', 'passive.consecutiveErrors', 1],
    ['5.1 fail_timeout, out', 'l7', 'passive.ejectMs', 10_000],
    ['5.1 fail_timeout, window', 'l7', 'passive.windowMs', 10_000],
    ['5.1 no growth', 'l7', 'passive.maxEjectMs', 0],
    ['5.1 no largest share', 'l7', 'passive.maxEjectedShare', 1],
    ['5.1 http_500 only if listed', 'l7', 'passive.errorStatuses', ''],
    ['5.1 all failed: 502', 'l7', 'noTargetStatus', 502],
    ['5.1 all failed', 'l7', 'whenAllDown', 'refuse'],
    ['5.2 proxy_connect_timeout', 'l7', 'connectTimeoutMs', 60_000],
    ['5.2 proxy_read_timeout', 'l7', 'responseTimeoutMs', 60_000],
    ['5.2 keepalive_timeout', 'l7', 'keepAliveMs', 75_000],
    ['5.2 next_upstream, tries 0: as many as can be said', 'l7', 'connectRetries', 10],
    ['5.2 stream proxy_timeout', 'l4', 'idleTimeoutMs', 600_000],
    ['20 client IP only if you add it', 'l7', 'forwardedFor', 'keep'],
    ['20 existing conns kept', 'l7', 'whenUnhealthy', 'keep'],
  ],
  envoy: [
    ['6.1 policy', 'l7', 'algorithm', 'round-robin'],
    ['6.1 panic threshold', 'l7', 'panicThreshold', 0.5],
    ['6.1 unexpected status at once', 'l7', 'healthCheck.statusFailsAtOnce', true],
    ['6.1 one success at startup', 'l7', 'healthCheck.initialState', 'initial'],
    ['6.1 outlier detection off', 'l7', 'passive.consecutiveErrors', 0],
    ['6.1 outlier interval', 'l7', 'passive.windowMs', 10_000],
    ['6.1 base ejection', 'l7', 'passive.ejectMs', 30_000],
    ['6.1 max ejection time', 'l7', 'passive.maxEjectMs', 300_000],
    ['6.1 max ejection percent', 'l7', 'passive.maxEjectedShare', 0.1],
    ['6.1 5xx', 'l7', 'passive.errorStatuses', '500-599'],
    ['6.1 route timeout', 'l7', 'responseTimeoutMs', 15_000],
    ['6.1 HTTP idle', 'l7', 'keepAliveMs', 3_600_000],
    ['6.1 TCP idle', 'l4', 'idleTimeoutMs', 3_600_000],
    ['6.1 connect', 'l7', 'connectTimeoutMs', 5_000],
    ['6.1 retries none', 'l7', 'connectRetries', 0],
    ['6.1 use_remote_address false', 'l7', 'forwardedFor', 'keep'],
    ['6.1 no healthy upstream', 'l7', 'noTargetStatus', 503],
    ['6.1 draining', 'l7', 'drainMs', 600_000],
    ['20 existing conns kept', 'l7', 'whenUnhealthy', 'keep'],
  ],
  'kube-proxy': [
    ['3.1 random per connection', 'l4', 'algorithm', 'random'],
    ['3.1 no health check of its own', 'l4', 'healthCheck.protocol', 'none'],
    ['3.1 nothing passive', 'l4', 'passive.consecutiveErrors', 0],
    ['3.1 existing connections stay', 'l4', 'whenUnhealthy', 'keep'],
    ['3.1 existing connections stay after removal', 'l4', 'afterDrain', 'keep'],
    ['3.1 no endpoints: REJECT', 'l4', 'whenAllDown', 'refuse'],
    ['10.4 retries none', 'l4', 'connectRetries', 0],
  ],
};

describe('personas', () => {
  it('has rows for each', () => {
    expect(Object.keys(rows).sort()).toEqual(personas.map(({ name }) => name).sort());
  });

  for (const [name, table] of Object.entries(rows)) {
    it.each(table)(`${name} %s: %s.%s is %o`, (_, layer, path, value) => {
      expect(setting(name, layer, path)).toEqual(value);
    });
  }

  it.each(personas)('$name is a valid patch that names itself, and says what it leaves out', (persona) => {
    if (persona.l4 !== null) expect(l4SettingsSchema.parse(persona.l4).persona).toBe(persona.name);
    if (persona.l7 !== null) expect(l7SettingsSchema.parse(persona.l7).persona).toBe(persona.name);
    expect(persona.l4 ?? persona.l7).not.toBeNull();
    expect(persona.faithful.length * persona.notModelled.length).toBeGreaterThan(0);
  });

  it.each([
    ['nlb', 'l4', 'active', [30_000, 70_000], [120_000, 160_000]],
    ['alb', 'l7', 'active', [30_000, 65_000], [120_000, 155_000]],
    ['haproxy', 'l7', 'active', [4_000, 8_000], [2_000, 6_000]],
    ['nginx', 'l7', 'passive', null, [10_000, 10_000]],
    ['envoy', 'l7', 'active', [0, 35_000], [10_000, 25_000]],
    ['kube-proxy', 'l4', 'never', null, null],
  ] as const)('%s is predicted by its own rule', (name, layer, rule, downMs, upMs) => {
    const persona = personaNamed(name);
    const settings =
      layer === 'l4' ? l4SettingsSchema.parse(persona?.l4) : l7SettingsSchema.parse(persona?.l7);
    expect(persona?.detection.rule).toBe(rule);
    expect(predict(settings)).toMatchObject({ rule, downMs, upMs });
  });

  it('NLB and ALB change their time-out with the protocol (1.4, 2.3)', () => {
    expect(personaNamed('nlb')?.checkDefaults.http?.timeoutMs).toBe(6_000);
    expect(personaNamed('nlb')?.checkDefaults.https?.timeoutMs).toBe(10_000);
    expect(personaNamed('alb')?.checkDefaults.http?.timeoutMs).toBe(5_000);
  });

  it('ALB cannot check by TCP; kube-proxy and NGINX do not check at all', () => {
    expect(personaNamed('alb')?.checks).not.toContain('tcp');
    expect(personaNamed('kube-proxy')?.checks).toEqual(['none']);
    expect(personaNamed('nginx')?.checks).toEqual(['none']);
  });
});
