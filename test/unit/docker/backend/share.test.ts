import { describe, expect, it } from 'vitest';
import { createShare } from '../../../../docker/backend/share.ts';

const hits = (share: number, count: number) => {
  const pick = createShare(share, Math.random);
  return Array.from({ length: count }, pick);
};

describe('share', () => {
  it('is exact over each hundred', () => {
    const picked = hits(0.3, 2000);
    for (let from = 0; from < 2000; from += 100) {
      expect(picked.slice(from, from + 100).filter(Boolean)).toHaveLength(30);
    }
  });

  it('carries over what a hundred cannot hold', () => {
    expect(hits(0.125, 800).filter(Boolean)).toHaveLength(100);
    expect(hits(0.001, 1000).filter(Boolean)).toHaveLength(1);
    expect(hits(0.1 + 0.2, 1000).filter(Boolean)).toHaveLength(300);
  });

  it('takes all or none at the ends', () => {
    expect(hits(1, 250).every(Boolean)).toBe(true);
    expect(hits(0, 250).some(Boolean)).toBe(false);
  });

  it('is in random order: a client that is every second one is not spared', () => {
    const picked = hits(0.5, 20_000).filter((_, index) => index % 2 === 0);
    const share = picked.filter(Boolean).length / picked.length;
    // 10,000 draws, one in two: five standard deviations are 2.5 points.
    expect(Math.abs(share - 0.5)).toBeLessThan(0.025);
  });
});
