import { describe, expect, it } from 'vitest';
import { fnv1a, sampled } from '../../../../docker/lib/sampling.ts';

describe('sampling', () => {
  it('is FNV-1a', () => {
    // Vectors of the FNV reference.
    expect([fnv1a(''), fnv1a('a'), fnv1a('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it('picks about one in so many, the same at every hop', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `client-${index.toString(36)}-x1`);
    const picked = ids.filter((id) => sampled(id, 10));
    expect(picked.length).toBeGreaterThan(1800);
    expect(picked.length).toBeLessThan(2200);
    expect(ids.filter((id) => sampled(id, 1))).toHaveLength(20_000);
  });
});
