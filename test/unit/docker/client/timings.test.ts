import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { createRandom } from '../../../../docker/client/arrivals/random.ts';
import { createTimings } from '../../../../docker/client/timings.ts';

test('encoded histograms merge without loss: merged, two equal the histogram of the union', () => {
  const parts = [createTimings(), createTimings()];
  const union = createTimings();
  const random = createRandom(7);
  for (let i = 0; i < 5000; i++) {
    const ms = 0.05 / (1e-5 + random());
    parts[i % 2]?.ended('/', '200', ms, ms / 2);
    union.ended('/', '200', ms, ms / 2);
  }
  const [merged, other] = parts.map((part) => decodeFromCompressedBase64(part.whole('latency').all.encoded));
  const whole = decodeFromCompressedBase64(union.whole('latency').all.encoded);
  if (merged === undefined || other === undefined) throw new Error('two parts were made');
  expect(merged.totalCount).toBe(2500);
  // A decoded histogram is as large as its own greatest value; whoever merges must let it grow.
  merged.autoResize = true;
  merged.add(other);
  expect(merged.totalCount).toBe(5000);
  for (const percentile of [1, 25, 50, 90, 99, 99.9, 100]) {
    expect(merged.getValueAtPercentile(percentile)).toBe(whole.getValueAtPercentile(percentile));
  }
  expect(merged.outputPercentileDistribution()).toBe(whole.outputPercentileDistribution());
});

test('routes without end do not take memory without end', () => {
  const timings = createTimings();
  for (let i = 0; i < 1000; i++) timings.ended(`/${i}`, '200', 1, 1);
  const { routes, all } = timings.whole('latency');
  expect(routes.length).toBeLessThanOrEqual(301);
  expect(all.count).toBe(1000);
  expect(routes.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
});
