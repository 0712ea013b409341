import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend();
});
afterEach(() => backend.stop());

/** Median of what the backend itself measured: free of the test's own connection time. */
async function medianMs(count: number): Promise<number> {
  const before = backend.running.context.records.last;
  for (let i = 0; i < count; i++) await backend.get('/');
  await expect.poll(() => backend.running.context.records.last, { timeout: 10_000 }).toBe(before + count);
  const times = backend.running.context.records.after(before).map(({ latencyMs }) => latencyMs);
  return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? 0;
}

describe('latency', () => {
  it('adds 200 ms within 5 ms', { timeout: 60_000 }, async () => {
    await backend.fault('latency', { ms: 200 });
    // A machine that stands still for a moment says nothing of the fault: it is measured again.
    await expect
      .poll(async () => Math.abs((await medianMs(9)) - 200), { timeout: 30_000 })
      .toBeLessThanOrEqual(5);
    await backend.heal('latency');
    expect(await medianMs(5)).toBeLessThan(150);
  });

  it('has other medians by path', async () => {
    await backend.fault('latency', { ms: 5000, byPath: { '/quick': 0, '/quick/not': 5000 } });
    expect((await backend.get('/quick/a')).outcome).toBe('200');
    expect((await backend.get('/quick/not', { timeoutMs: 200 })).outcome).toBe('timeout');
  });

  it('delays an error that another fault gives', async () => {
    await backend.fault('always-status', { status: 500 });
    await backend.fault('latency', { ms: 200 });
    const got = await backend.get('/');
    expect(got.outcome).toBe('500');
    expect(got.ms).toBeGreaterThanOrEqual(195);
  });
});

describe('slow-start', () => {
  it('answers 503 while it starts, then is slow, then warm', async () => {
    await backend.fault('slow-start', { startMs: 1500, warmUpMs: 2000, worstMs: 400 });
    expect((await backend.get('/healthz')).outcome).toBe('503');
    expect((await backend.get('/ready')).outcome).toBe('503');
    await expect.poll(async () => (await backend.get('/ready')).outcome, { timeout: 10_000 }).toBe('200');
    const latest = async () => {
      await backend.get('/');
      return backend.running.context.records.after(0).at(-1)?.latencyMs;
    };
    await expect.poll(latest, { timeout: 15_000, interval: 10 }).toBeLessThan(50);
    const slowest = Math.max(...backend.running.context.records.after(0).map(({ latencyMs }) => latencyMs));
    expect(slowest).toBeGreaterThan(100);
  });
});
