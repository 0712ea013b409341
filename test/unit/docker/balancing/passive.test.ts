import { describe, expect, it } from 'vitest';
import { createObserver, mayEject } from '../../../../docker/balancing/passive.ts';
import { passiveSchema } from '../../../../docker/protocol/balancer.ts';

const good = { ok: true, latencyMs: 10 };
const bad = { ok: false, latencyMs: 10 };

describe('passive observation', () => {
  it('convicts after errors in a row, and a success starts again', () => {
    const settings = passiveSchema.parse({ consecutiveErrors: 3 });
    const observer = createObserver();
    const said = [bad, bad, good, bad, bad, bad].map((outcome) => observer.observe(outcome, settings, 0));
    expect(said).toEqual([null, null, null, null, null, '3 errors in a row']);
  });

  it('convicts by share only after enough requests, within one window', () => {
    const settings = passiveSchema.parse({ errorShare: 0.5, minimumRequests: 4, windowMs: 1000 });
    const observer = createObserver();
    expect([bad, bad, good].map((outcome) => observer.observe(outcome, settings, 0))).toEqual([
      null,
      null,
      null,
    ]);
    expect(observer.observe(bad, settings, 999)).toBe('3 of 4 failed');
    expect(createObserver().observe(bad, settings, 0)).toBeNull();
    const later = createObserver();
    for (const outcome of [bad, bad, bad]) later.observe(outcome, settings, 0);
    expect(later.observe(bad, settings, 1000)).toBeNull();
  });

  it('convicts by latency when more than half are slow', () => {
    const settings = passiveSchema.parse({ latencyMs: 100, minimumRequests: 3 });
    const observer = createObserver();
    const slow = { ok: true, latencyMs: 101 };
    expect([slow, good, slow].map((outcome) => observer.observe(outcome, settings, 0)).at(-1)).toBe(
      '2 of 3 slower than 100 ms',
    );
  });

  it('is off by default', () => {
    const observer = createObserver();
    const settings = passiveSchema.parse({});
    for (let i = 0; i < 100; i++) expect(observer.observe(bad, settings, 0)).toBeNull();
  });

  it('ejects longer each time in a row, up to the limit, and steps back for good intervals', () => {
    const settings = passiveSchema.parse({ windowMs: 10_000, ejectMs: 30_000, maxEjectMs: 100_000 });
    const observer = createObserver();
    const times = [0, 0, 0, 0].map((at) => {
      const forMs = observer.ejectFor(settings, at);
      observer.forgive(at);
      return forMs;
    });
    expect(times).toEqual([30_000, 60_000, 90_000, 100_000]);
    expect(observer.ejectFor(settings, 30_000)).toBe(60_000);
    expect(createObserver().ejectFor(passiveSchema.parse({ ejectMs: 10_000 }), 0)).toBe(10_000);
  });

  it('spares the only target and keeps to the largest share, but one may always go', () => {
    expect(mayEject(0, 1, 1)).toBe(false);
    expect(mayEject(0, 5, 0.1)).toBe(true);
    expect(mayEject(1, 5, 0.1)).toBe(false);
    expect(mayEject(1, 20, 0.1)).toBe(true);
    expect(mayEject(2, 20, 0.1)).toBe(false);
  });
});
