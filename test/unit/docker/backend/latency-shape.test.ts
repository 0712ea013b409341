import { describe, expect, it } from 'vitest';
import { drawLatency } from '../../../../docker/backend/latency-shape.ts';

/** An even sweep instead of chance, so that quantiles are where the shape says and nowhere else. */
function quantiles(shape: 'pareto' | 'lognormal' | 'normal', count = 200_000) {
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const settings = { shape, deviationMs: 50, p99Ms: 2000 };
  const drawn = Array.from({ length: count }, () => drawLatency(settings, 200, random)).sort((a, b) => a - b);
  return (q: number) => drawn[Math.floor(q * count)] ?? 0;
}

describe('latency shapes', () => {
  it('fixed is what it says', () => {
    expect(drawLatency({ shape: 'fixed', deviationMs: 0, p99Ms: 0 }, 200, Math.random)).toBe(200);
  });

  it.each(['lognormal', 'pareto'] as const)('%s goes through its median and its 99th percentile', (shape) => {
    const at = quantiles(shape);
    expect(at(0.5)).toBeGreaterThan(194);
    expect(at(0.5)).toBeLessThan(206);
    expect(at(0.99)).toBeGreaterThan(1800);
    expect(at(0.99)).toBeLessThan(2200);
  });

  it('normal has its deviation and is never negative', () => {
    const at = quantiles('normal');
    expect(at(0.5)).toBeGreaterThan(198);
    expect(at(0.5)).toBeLessThan(202);
    expect(at(0.8413)).toBeGreaterThan(247);
    expect(at(0.8413)).toBeLessThan(253);
    expect(at(0)).toBeGreaterThanOrEqual(0);
  });
});
