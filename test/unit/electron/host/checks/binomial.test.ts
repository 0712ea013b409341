import { describe, expect, it } from 'vitest';
import { binomialBounds, binomialProbability } from '../../../../../electron/host/checks/binomial.ts';

function tail(n: number, p: number, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k <= to; k += 1) sum += binomialProbability(n, k, p);
  return sum;
}

describe('binomial', () => {
  it('agrees with probabilities worked out by hand', () => {
    expect(binomialProbability(4, 2, 0.5)).toBeCloseTo(6 / 16, 12);
    expect(binomialProbability(10, 0, 0.1)).toBeCloseTo(0.9 ** 10, 12);
    expect(binomialProbability(3, 3, 0.2)).toBeCloseTo(0.008, 12);
  });

  it('sums to one, on both sides of the table of factorials', () => {
    for (const n of [1, 10, 255, 256, 257, 3000]) expect(tail(n, 0.1, 0, n)).toBeCloseTo(1, 9);
  });

  it.each([
    [300, 0.1, 1e-4],
    [100, 0.1, 1e-4],
    [1000, 0.5, 1e-3],
    [5000, 0.02, 1e-4],
    [50, 0.9, 1e-2],
  ])(
    'n=%i p=%d: what lies outside is at most the false alarm, and one count further in would be more',
    (n, p, alarm) => {
      const [low, high] = binomialBounds(n, p, alarm);
      expect(tail(n, p, 0, low - 1)).toBeLessThanOrEqual(alarm / 2);
      expect(tail(n, p, high + 1, n)).toBeLessThanOrEqual(alarm / 2);
      expect(tail(n, p, 0, low)).toBeGreaterThan(alarm / 2);
      expect(tail(n, p, high, n)).toBeGreaterThan(alarm / 2);
    },
  );

  it('knows the certain cases', () => {
    expect(binomialBounds(100, 0, 1e-4)).toEqual([0, 0]);
    expect(binomialBounds(100, 1, 1e-4)).toEqual([100, 100]);
  });

  it('is quick for a sample of a whole hour', () => {
    const [low, high] = binomialBounds(900_000, 0.1, 1e-4);
    expect(low).toBeGreaterThan(88_000);
    expect(high).toBeLessThan(92_000);
  });
});
