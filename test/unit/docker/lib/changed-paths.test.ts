import { describe, expect, it } from 'vitest';
import { changedPaths } from '../../../../docker/lib/changed-paths.ts';

describe('changed paths', () => {
  it('are the leaves that differ; a list is one leaf', () => {
    const before = { a: 1, b: { c: 2, d: [1, 2] }, e: 5 };
    expect(changedPaths(before, { a: 1, b: { c: 3, d: [1, 3] }, f: 6 })).toEqual(['b.c', 'b.d', 'e', 'f']);
    expect(changedPaths(before, structuredClone(before))).toEqual([]);
  });
});
