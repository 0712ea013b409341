import { describe, expect, it } from 'vitest';
import { monitorHealth } from '../../../../docker/balancing/health-monitor.ts';
import type { ProbeReport } from '../../../../docker/balancing/health-monitor.ts';
import { healthCheckSchema } from '../../../../docker/protocol/health-check.ts';
import type { HealthCheck, ProbeCode } from '../../../../docker/protocol/health-check.ts';
import { predict } from '../../../../docker/protocol/prediction.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const place = { address: '127.0.0.1', port: 1, listener: '127.0.0.1:2' };

/** A target whose health the test sets, and a probe that takes as long as the test says. */
function bench(check: Partial<HealthCheck>, random = () => 0) {
  const clock = manualClock();
  const target = { ok: true, code: 'L7STS' as ProbeCode, takesMs: 0 };
  const reports: (ProbeReport & { at: number })[] = [];
  const started: number[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const monitor = monitorHealth(place, healthCheckSchema.parse(check), {
    clock,
    random,
    probe: (_, settings, signal) => {
      started.push(clock.now());
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      const { ok, code, takesMs } = target;
      return new Promise((resolve) => {
        const end = (aborted: boolean) => {
          inFlight -= 1;
          resolve(aborted ? null : { ok, code: ok ? 'L7OK' : code, detail: 'told', durationMs: takesMs });
        };
        const cancel = clock.after(Math.min(takesMs, settings.timeoutMs), () => end(false));
        signal.addEventListener('abort', () => {
          cancel();
          end(true);
        });
      });
    },
    onProbe: (report) => reports.push({ ...report, at: clock.now() }),
  });
  return { clock, target, reports, started, monitor, most: () => mostInFlight };
}

const fast = { intervalMs: 10_000, timeoutMs: 5_000, healthyThreshold: 5, unhealthyThreshold: 2 };

describe('health monitor', () => {
  it('probes at once, then by the interval from start to start', async () => {
    const { clock, started, monitor } = bench(fast);
    const t0 = clock.now();
    await clock.advance(30_000);
    expect(started.map((at) => at - t0)).toEqual([0, 10_000, 20_000, 30_000]);
    expect(monitor.gate.state).toBe('healthy');
    expect(monitor.probes).toEqual({ sent: 4, passed: 4, connected: 4 });
    monitor.dispose();
  });

  it('asks a newcomer often until its first pass, and counts failures once an interval all the same', async () => {
    const { clock, target, reports, monitor } = bench(fast);
    target.ok = false;
    await clock.advance(9_900);
    expect(reports.length).toBeGreaterThan(30);
    expect(monitor.gate).toMatchObject({ state: 'initial', failures: 1 });
    target.ok = true;
    await clock.advance(250);
    expect(monitor.gate.state).toBe('healthy');
    monitor.dispose();
  });

  it('convicts a newcomer that never passes at its second counted failure', async () => {
    const { clock, target, monitor } = bench(fast);
    target.ok = false;
    await clock.advance(9_999);
    expect(monitor.gate.state).toBe('initial');
    await clock.advance(1);
    expect(monitor.gate.state).toBe('unhealthy');
    monitor.dispose();
  });

  it('never has two probes of one target under way', async () => {
    const { clock, target, monitor, most, started } = bench({ ...fast, intervalMs: 1_000, timeoutMs: 2_500 });
    await clock.advance(0);
    target.takesMs = 60_000;
    target.ok = false;
    const before = started.length;
    await clock.advance(10_000);
    expect(most()).toBe(1);
    expect(started.length - before).toBe(4);
    monitor.dispose();
  });

  it('drops the counts, keeps the verdict and the rhythm when settings change', async () => {
    const { clock, target, monitor, started } = bench(fast);
    await clock.advance(10_000);
    target.ok = false;
    await clock.advance(10_000);
    expect(monitor.gate).toMatchObject({ state: 'healthy', failures: 1 });
    await clock.advance(4_000);
    monitor.configure(healthCheckSchema.parse({ ...fast, protocol: 'http' }));
    expect(monitor.gate).toMatchObject({ state: 'healthy', failures: 0 });
    const changedAt = clock.now();
    await clock.advance(6_000);
    expect((started.at(-1) ?? 0) - changedAt).toBe(6_000);
    expect(monitor.gate).toMatchObject({ state: 'healthy', failures: 1 });
    await clock.advance(10_000);
    expect(monitor.gate.state).toBe('unhealthy');
    monitor.dispose();
  });

  it('probes within the new interval when that is shorter', async () => {
    const { clock, monitor, started } = bench({ ...fast, intervalMs: 60_000 });
    await clock.advance(5_000);
    monitor.configure(healthCheckSchema.parse(fast));
    const changedAt = clock.now();
    await clock.advance(10_000);
    expect((started.at(-1) ?? 0) - changedAt).toBe(10_000);
    monitor.dispose();
  });

  it('throws away the answer to a question that no longer holds', async () => {
    const { clock, target, reports, monitor } = bench(fast);
    await clock.advance(0);
    target.ok = false;
    target.takesMs = 4_000;
    await clock.advance(11_000);
    const before = reports.length;
    monitor.configure(healthCheckSchema.parse({ ...fast, protocol: 'http' }));
    await clock.advance(4_000);
    expect(reports.length).toBe(before);
    expect(monitor.gate.failures).toBe(0);
    monitor.dispose();
  });

  it('is always healthy without a check, and sends nothing', async () => {
    const { clock, monitor, started } = bench({ protocol: 'none' });
    await clock.advance(100_000);
    expect(started).toEqual([]);
    expect(monitor).toMatchObject({ nextProbeAt: null, gate: { state: 'healthy' } });
  });

  it('lets a wrong status decide alone where the persona says so, but not a time-out', async () => {
    const check = { ...fast, unhealthyThreshold: 3, statusFailsAtOnce: true };
    const { clock, target, monitor } = bench(check);
    await clock.advance(0);
    target.ok = false;
    target.code = 'L7TOUT';
    await clock.advance(10_000);
    expect(monitor.gate).toMatchObject({ state: 'healthy', failures: 1 });
    target.code = 'L7STS';
    await clock.advance(10_000);
    expect(monitor.gate.state).toBe('unhealthy');
    monitor.dispose();
  });

  it('goes faster while changing', async () => {
    const { clock, target, monitor, started } = bench({
      ...fast,
      unhealthyThreshold: 3,
      fastIntervalMs: 1_000,
    });
    await clock.advance(10_000);
    target.ok = false;
    await clock.advance(12_000);
    const gaps = started.map((at, index) => at - (started[index - 1] ?? at));
    expect(gaps).toEqual([0, 10_000, 10_000, 1_000, 1_000]);
    expect(monitor.gate.state).toBe('unhealthy');
    monitor.dispose();
  });

  it('stops when disposed', async () => {
    const { clock, monitor, started } = bench(fast);
    await clock.advance(0);
    monitor.dispose();
    await clock.advance(100_000);
    expect(started.length).toBe(1);
  });
});

describe('eviction falls inside the predicted window', () => {
  const cases: Partial<HealthCheck>[] = [
    fast,
    { ...fast, unhealthyThreshold: 3, healthyThreshold: 2, intervalMs: 2_000, timeoutMs: 2_000 },
    { ...fast, jitterMs: 3_000 },
    { ...fast, unhealthyThreshold: 4, fastIntervalMs: 1_000 },
    { ...fast, intervalMs: 5_000, timeoutMs: 6_000 },
    { ...fast, unhealthyThreshold: 1, healthyThreshold: 1 },
  ];
  const answers = [
    ['answers wrong', 0],
    ['hangs', 60_000],
  ] as const;

  it.each(cases.flatMap((check) => answers.map(([how, takesMs]) => ({ check, how, takesMs }))))(
    '$how under $check',
    async ({ check, takesMs }) => {
      const healthCheck = healthCheckSchema.parse({ protocol: 'http', ...check });
      const { downMs, upMs } = predict(l4SettingsSchema.parse({ healthCheck }));
      if (downMs === null || upMs === null) throw new Error('no window');
      // Wherever in the rhythm the fault falls, and whatever the jitter draws.
      for (let phase = 0; phase < 20; phase++) {
        let draw = phase;
        const { clock, target, reports, monitor } = bench(
          healthCheck,
          () => (draw = (draw * 7 + 3) % 20) / 20,
        );
        await clock.advance(healthCheck.intervalMs * (3 + phase / 20));
        const brokenAt = clock.now();
        Object.assign(target, { ok: false, takesMs, code: takesMs > 0 ? 'L7TOUT' : 'L7STS' });
        await clock.advance(downMs[1] + 1);
        const evicted = reports.find(
          ({ after, before }) => after.state !== before.state && after.state === 'unhealthy',
        );
        expect((evicted?.at ?? Infinity) - brokenAt).toBeGreaterThanOrEqual(downMs[0]);
        expect((evicted?.at ?? Infinity) - brokenAt).toBeLessThanOrEqual(downMs[1]);

        const healedAt = clock.now();
        Object.assign(target, { ok: true, takesMs: 0 });
        await clock.advance(upMs[1] + 1);
        const back = reports.find(({ at, after, before }) => at > healedAt && after.state !== before.state);
        expect((back?.at ?? Infinity) - healedAt).toBeGreaterThanOrEqual(upMs[0]);
        expect((back?.at ?? Infinity) - healedAt).toBeLessThanOrEqual(upMs[1]);
        monitor.dispose();
      }
    },
  );
});
