import { describe, expect, it } from 'vitest';
import { changedPaths } from '../../../../docker/lib/changed-paths.ts';
import { createEventRing } from '../../../../docker/lib/event-ring.ts';
import { createLatencyHistogram } from '../../../../docker/lib/latency-histogram.ts';
import { mergePatch } from '../../../../docker/lib/merge-patch.ts';
import { createRing } from '../../../../docker/lib/ring.ts';
import { fnv1a, sampled } from '../../../../docker/lib/sampling.ts';
import type { Json } from '../../../../docker/protocol/json.ts';

describe('merge patch', () => {
  // RFC 7396, appendix A.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s and %s make %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target) as Json, JSON.parse(patch) as Json)).toEqual(JSON.parse(result));
  });

  it('does not reach a prototype', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"admin":true}}') as Json);
    expect((merged as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('changed paths', () => {
  it('are the leaves that differ; a list is one leaf', () => {
    const before = { a: 1, b: { c: 2, d: [1, 2] }, e: 5 };
    expect(changedPaths(before, { a: 1, b: { c: 3, d: [1, 3] }, f: 6 })).toEqual(['b.c', 'b.d', 'e', 'f']);
    expect(changedPaths(before, structuredClone(before))).toEqual([]);
  });
});

describe('ring', () => {
  it('gives what came after a number, bounded by its capacity', () => {
    const ring = createRing<number>(3);
    expect(ring.after(0)).toEqual([]);
    for (let i = 1; i <= 5; i++) ring.push(i);
    expect(ring.after(0)).toEqual([3, 4, 5]);
    expect(ring.after(3)).toEqual([4, 5]);
    expect(ring.after(5)).toEqual([]);
    expect(ring.after(99)).toEqual([]);
    ring.push(6);
    expect(ring.after(3)).toEqual([4, 5, 6]);
  });

  it('numbers events and tells its listeners', () => {
    const ring = createEventRing(() => 7, 10);
    let heard = 0;
    const stop = ring.subscribe(() => (heard += 1));
    ring.emit({ type: 'reset' });
    stop();
    ring.emit({ type: 'reset' });
    expect(heard).toBe(1);
    expect(ring.after(0)).toEqual([
      { seq: 1, at: 7, type: 'reset' },
      { seq: 2, at: 7, type: 'reset' },
    ]);
  });
});

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

describe('latency histogram', () => {
  it('gives each reader its own interval, and everything to one that never asked', () => {
    const histogram = createLatencyHistogram();
    const [a, b] = [{}, {}];
    histogram.record(1);
    expect(histogram.since(a)).toMatchObject({ count: 1, maxMs: 1 });
    histogram.record(100);
    expect(histogram.since(a)).toMatchObject({ count: 1 });
    expect(histogram.since(a)).toMatchObject({ count: 0, p50Ms: null, maxMs: null });
    expect(histogram.since(b)).toMatchObject({ count: 2 });
    expect(histogram.total()).toMatchObject({ count: 2 });
  });

  it('is right to 0.1 %, from microseconds to minutes', () => {
    const histogram = createLatencyHistogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
    const { p50Ms, p95Ms, p99Ms, maxMs, count } = histogram.total();
    expect(count).toBe(1000);
    for (const [measured, expected] of [
      [p50Ms, 500],
      [p95Ms, 950],
      [p99Ms, 990],
      [maxMs, 1000],
    ] as const) {
      expect(Math.abs((measured ?? 0) - expected) / expected).toBeLessThan(0.001);
    }
    histogram.record(600_000);
    expect(Math.abs((histogram.total().maxMs ?? 0) - 600_000) / 600_000).toBeLessThan(0.001);
    histogram.record(0.02);
    expect(histogram.since({}).count).toBe(1002);
  });

  it('encodes so that anyone can merge without loss', async () => {
    const [a, b, union] = [createLatencyHistogram(), createLatencyHistogram(), createLatencyHistogram()];
    for (let i = 1; i <= 3000; i++) {
      (i % 3 === 0 ? a : b).record(i / 7);
      union.record(i / 7);
    }
    const hdr = await import('hdr-histogram-js');
    const merged = hdr.decodeFromCompressedBase64(a.total().encoded);
    merged.add(hdr.decodeFromCompressedBase64(b.total().encoded));
    const expected = hdr.decodeFromCompressedBase64(union.total().encoded);
    for (const percentile of [1, 50, 90, 99, 99.9, 100]) {
      expect(merged.getValueAtPercentile(percentile)).toBe(expected.getValueAtPercentile(percentile));
    }
    expect(merged.totalCount).toBe(3000);
  });
});
