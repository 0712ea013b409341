import { expect, test } from 'vitest';
import { placeLabel, place } from '../../../../renderer/topology/layout.ts';

const tier = (count: number, level: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${level}-${index}`, tier: level }));

test('tiers stand left to right, whatever their numbers', () => {
  const places = place([...tier(1, 0), ...tier(1, 1), ...tier(3, 3)], []);
  const xs = ['0-0', '1-0', '3-0'].map((name) => places.get(name)?.x ?? NaN);
  expect(xs).toEqual([...xs].sort((a, b) => a - b));
  expect(new Set(xs).size).toBe(3);
});

test.each([1, 4, 10, 13, 40])('%i nodes of one tier never overlap', (count) => {
  const places = [...place(tier(count, 0), []).values()];
  for (const [index, a] of places.entries()) {
    for (const b of places.slice(index + 1)) {
      const apart =
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart).toBe(true);
    }
  }
});

test('a crowded tier is compact', () => {
  expect(place(tier(10, 0), []).get('0-0')?.compact).toBe(true);
  expect(place(tier(2, 0), []).get('0-0')?.compact).toBe(false);
});

test('balancers in parallel stand in one column, a chain in several', () => {
  const nodes = [...tier(2, 0), ...tier(1, 1), ...tier(1, 2), ...tier(1, 3)];
  const parallel = place(nodes, [
    { from: '0-0', to: '1-0' },
    { from: '0-1', to: '2-0' },
    { from: '1-0', to: '3-0' },
    { from: '2-0', to: '3-0' },
  ]);
  expect(parallel.get('1-0')?.x).toBe(parallel.get('2-0')?.x);
  const chain = place(nodes, [
    { from: '0-0', to: '1-0' },
    { from: '0-1', to: '1-0' },
    { from: '1-0', to: '2-0' },
    { from: '2-0', to: '3-0' },
  ]);
  expect(chain.get('1-0')?.x).toBeLessThan(chain.get('2-0')?.x ?? 0);
});

test('who is on no path of traffic stands below everybody else', () => {
  const nodes = [...tier(1, 0), ...tier(3, 3), { name: 'kubelet', tier: 2 }];
  const links = [0, 1, 2].map((index) => ({ from: '0-0', to: `3-${index}` }));
  const places = place(nodes, links);
  const lowest = Math.max(...['0-0', '3-0', '3-1', '3-2'].map((name) => (places.get(name)?.y ?? 0) + 90));
  expect(places.get('kubelet')?.y).toBeGreaterThan(lowest);
});

test('many on no path stand in rows, compact, and not much wider than the rest', () => {
  const nodes = [...tier(1, 0), ...tier(1, 1), ...tier(10, 3), ...tier(11, 4)];
  const links = [
    { from: '0-0', to: '1-0' },
    ...Array.from({ length: 10 }, (_, index) => ({ from: '1-0', to: `3-${index}` })),
  ];
  const places = place(nodes, links);
  const aside = tier(11, 4).flatMap(({ name }) => places.get(name) ?? []);
  expect(aside.every(({ compact }) => compact)).toBe(true);
  expect(new Set(aside.map(({ y }) => y)).size).toBe(3);
  expect(Math.max(...aside.map(({ x, width }) => x + width))).toBeLessThanOrEqual(4 * 224);
});

test('the words of edges into one node stand one above the other', () => {
  const links = ['a', 'b'].map((from) => ({ from, to: 'x' }));
  const places = links.map((link) => placeLabel(link, links, () => true, false));
  expect(places).toEqual([
    { y: -25, terse: false },
    { y: 25, terse: false },
  ]);
  expect(placeLabel({ from: 'a', to: 'x' }, links, ({ from }) => from === 'a', false).y).toBe(0);
});

test('where many edges would speak at once they show their marks only', () => {
  const links = ['a', 'b', 'c'].map((from) => ({ from, to: 'x' }));
  expect(links.map((link) => placeLabel(link, links, () => true, false).terse)).toEqual([true, true, true]);
});

test('beside a compact card there is room for one', () => {
  const links = ['a', 'b'].map((from) => ({ from, to: 'x' }));
  expect(links.map((link) => placeLabel(link, links, () => true, true).terse)).toEqual([true, true]);
  expect(placeLabel({ from: 'a', to: 'x' }, links.slice(0, 1), () => true, true).terse).toBe(false);
});
