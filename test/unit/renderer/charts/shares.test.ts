import { expect, test } from 'vitest';
import { backendShares } from '../../../../renderer/charts/shares.ts';
import { tickSample } from '../../../support/lab-samples.ts';

test('shares add up, and a failing backend says how it fails', () => {
  const [well, sick] = backendShares(['backend-1', 'backend-2'], [tickSample(1, { good: 0, bad: 10 })]);
  expect(well).toMatchObject({ share: 0.5, bad: 0 });
  expect(sick).toMatchObject({ share: 0.5, bad: 1, worst: '5xx' });
});

test('a backend without samples has no data rather than nothing', () => {
  expect(backendShares(['backend-9'], [tickSample(1)])[0]).toMatchObject({
    perSecond: null,
    words: 'no data',
  });
});
