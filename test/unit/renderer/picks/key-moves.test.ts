import { expect, test } from 'vitest';
import { keyMoves, sameTargets } from '../../../../renderer/picks/key-moves.ts';

test('a key had to move where its target left or a new one took it, and moved for nothing otherwise', () => {
  const before = { targets: ['a', 'b', 'c'], owners: { maglev: [0, 1, 2, 1] } };
  const left = { targets: ['a', 'c'], owners: { maglev: [0, 0, 1, 1] } };
  expect(keyMoves(before, left)).toEqual([
    { algorithm: 'maglev', cells: ['stayed', 'had-to', 'stayed', 'had-to'], moved: 2, needless: 0 },
  ]);
  const turned = { targets: ['a', 'c'], owners: { maglev: [1, 0, 0, 1] } };
  expect(keyMoves(before, turned)[0]).toMatchObject({ moved: 4, needless: 2 });
  const back = { targets: ['a', 'b', 'c'], owners: { maglev: [0, 1, 2, 2] } };
  expect(keyMoves(left, back)[0]).toMatchObject({
    cells: ['stayed', 'had-to', 'stayed', 'stayed'],
    needless: 0,
  });
  expect(sameTargets(before, back)).toBe(true);
  expect(sameTargets(before, left)).toBe(false);
});
