import { expect, test } from 'vitest';
import { requestIds } from '../../../../docker/l7/request-id.ts';

test('ids look like UUIDs, and no two are the same, in one process or in two', () => {
  const [first, second] = [requestIds(), requestIds()];
  const ids = Array.from({ length: 2000 }, (_, index) => (index % 2 === 0 ? first() : second()));
  expect(new Set(ids).size).toBe(2000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
