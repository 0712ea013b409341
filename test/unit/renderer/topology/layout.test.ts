import { expect, test } from 'vitest';
import { place } from '../../../../renderer/topology/layout.ts';

const tier = (count: number, level: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${level}-${index}`, tier: level }));

test('tiers stand left to right, whatever their numbers', () => {
  const places = place([...tier(1, 0), ...tier(1, 1), ...tier(3, 3)]);
  const xs = ['0-0', '1-0', '3-0'].map((name) => places.get(name)?.x ?? NaN);
  expect(xs).toEqual([...xs].sort((a, b) => a - b));
  expect(new Set(xs).size).toBe(3);
});

test.each([1, 4, 10, 13, 40])('%i nodes of one tier never overlap', (count) => {
  const places = [...place(tier(count, 0)).values()];
  for (const [index, a] of places.entries()) {
    for (const b of places.slice(index + 1)) {
      const apart =
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart).toBe(true);
    }
  }
});

test('a crowded tier is compact', () => {
  expect(place(tier(10, 0)).get('0-0')?.compact).toBe(true);
  expect(place(tier(2, 0)).get('0-0')?.compact).toBe(false);
});
