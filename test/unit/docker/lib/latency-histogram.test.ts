import { describe, expect, it } from 'vitest';
import { createLatencyHistogram } from '../../../../docker/lib/latency-histogram.ts';

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
