import { expect, it } from 'vitest';
import { rowsInView } from '../../../../renderer/state/rows-in-view.ts';

it('draws what is in view and a margin, and keeps the room of the rest', () => {
  expect(rowsInView(10_000, 22, 0, 220)).toEqual({ first: 0, last: 22, above: 0, below: 9978 * 22 });
  expect(rowsInView(10_000, 22, 22_000, 220)).toEqual({
    first: 988,
    last: 1022,
    above: 988 * 22,
    below: (10_000 - 1022) * 22,
  });
  expect(rowsInView(5, 22, 0, 220)).toEqual({ first: 0, last: 5, above: 0, below: 0 });
});

it('holds when the list has become shorter than where one had scrolled to', () => {
  const view = rowsInView(3, 22, 5000, 220);
  expect(view.first).toBeLessThanOrEqual(view.last);
  expect(view.above).toBeLessThanOrEqual(3 * 22);
});
