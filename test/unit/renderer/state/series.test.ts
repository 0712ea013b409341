import { expect, test } from 'vitest';
import { join, keptTicks } from '../../../../renderer/state/series.ts';
import { tickSample } from '../../../support/lab-samples.ts';

const ticks = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => tickSample(from + index));

test('overlapping ticks are joined once, in order', () => {
  const joined = join(ticks(5, 8), ticks(3, 7));
  expect(joined.map((tick) => tick.seq)).toEqual([3, 4, 5, 6, 7]);
});

test('nothing new gives the very same array', () => {
  const have = ticks(1, 4);
  expect(join(have, ticks(2, 4))).toBe(have);
});

test('the past is bounded', () => {
  expect(join(ticks(0, keptTicks), ticks(keptTicks, keptTicks + 10))).toHaveLength(keptTicks);
});

test('numbers that start again are a new session', () => {
  const fresh = { ...tickSample(1), at: 1_000_000 };
  expect(join(ticks(100, 110), [fresh])).toEqual([fresh]);
});
