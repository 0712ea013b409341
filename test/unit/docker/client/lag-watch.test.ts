import { expect, test } from 'vitest';
import { createLagWatch } from '../../../../docker/client/lag-watch.ts';
import type { LagNews } from '../../../../docker/client/lag-watch.ts';

/** A second of 100 requests, `late` of them 20 ms behind. */
function second(watch: ReturnType<typeof createLagWatch>, number: number, late: number): void {
  for (let i = 0; i < 100; i++) watch.observe(i < late ? 20 : 0.5, number * 1000 + i * 10);
}

test('says once that it fell behind, and once that it is back', () => {
  const news: LagNews[] = [];
  const watch = createLagWatch((each) => news.push(each));
  // One in a hundred is within p99.
  [0, 1, 2, 90, 1, 0].forEach((late, number) => second(watch, number, late));
  expect(news).toEqual([
    { behind: true, sent: 100, late: 2, worstMs: 20 },
    { behind: false, sent: 100, late: 1, worstMs: 20 },
  ]);
});

test('a second without requests says nothing', () => {
  const news: LagNews[] = [];
  const watch = createLagWatch((each) => news.push(each));
  watch.observe(0, 0);
  watch.observe(0, 60_000);
  expect(news).toEqual([]);
});
