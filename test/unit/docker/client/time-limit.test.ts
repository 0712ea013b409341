import { expect, test } from 'vitest';
import { createTimeLimit } from '../../../../docker/client/time-limit.ts';
import { waitUntil } from '../../../support/wait.ts';

/** A clock that stands where it is put; the timer itself is the machine's. */
function limited() {
  const state = { now: 1000, ended: 0 };
  const limit = createTimeLimit(
    () => state.now,
    () => (state.ended += 1),
  );
  return { state, limit };
}

test('counts from when sending began, whatever limit it is given later', () => {
  const { state, limit } = limited();
  expect(limit.leftMs()).toBeNull();
  limit.start(60_000);
  state.now += 20_000;
  expect(limit.leftMs()).toBe(40_000);
  limit.change(30_000);
  expect(limit.leftMs()).toBe(10_000);
  limit.change(0);
  expect(limit.leftMs()).toBeNull();
  limit.stop();
});

test('ends what has had its time, and nothing that was stopped before', async () => {
  const { state, limit } = limited();
  limit.start(60_000);
  state.now += 70_000;
  limit.change(60_001);
  await waitUntil(() => state.ended === 1, 15_000);
  const stopped = limited();
  stopped.limit.start(1);
  stopped.limit.stop();
  limit.start(1);
  await waitUntil(() => state.ended === 2, 15_000);
  limit.stop();
  expect(stopped.state.ended).toBe(0);
});
