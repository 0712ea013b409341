import { expect, test } from 'vitest';
import { userRows } from '../../../../../electron/host/telemetry/users.ts';
import { clientStats } from '../../../../support/stats.ts';

test('counts what happened since the older sample, worst user first', () => {
  const before = clientStats({
    perUser: [
      { user: 'u1', ok: 10, bad: 5, server: 'b1' },
      { user: 'u2', ok: 10, bad: 0, server: 'b2' },
    ],
  });
  const now = clientStats({
    perUser: [
      { user: 'u1', ok: 30, bad: 5, server: 'b1' },
      { user: 'u2', ok: 10, bad: 20, server: 'b2' },
      { user: 'u3', ok: 0, bad: 0, server: null },
    ],
  });
  expect(userRows(before, now)).toEqual([
    { user: 'u2', ok: 0, bad: 20, server: 'b2' },
    { user: 'u1', ok: 20, bad: 0, server: 'b1' },
    { user: 'u3', ok: 0, bad: 0, server: null },
  ]);
});
