import { afterEach, expect, test } from 'vitest';
import type { ArrivalSettings } from '../../../../docker/client/arrivals/pattern.ts';
import { createSchedule } from '../../../../docker/client/schedule.ts';
import type { Schedule } from '../../../../docker/client/schedule.ts';
import { waitUntil } from '../../../support/wait.ts';

const settings: ArrivalSettings = {
  arrival: 'constant',
  rate: 1000,
  rampTo: 0,
  rampMs: 1,
  burstSize: 1,
  replay: [],
  seed: 1,
};
let schedule: Schedule | undefined;
afterEach(() => schedule?.stop());

test('fires each intended time once, in order, never early', async () => {
  const fired: number[] = [];
  schedule = createSchedule(
    () => performance.now(),
    (intended, now) => {
      expect(now).toBeGreaterThanOrEqual(intended);
      fired.push(intended);
    },
    () => undefined,
  );
  schedule.start(settings);
  await waitUntil(() => fired.length >= 300);
  const first = fired[0] ?? 0;
  fired.slice(0, 300).forEach((intended, index) => expect(intended - first).toBeCloseTo(index, 3));
});

test('catches up what it slept through, in slices that let answers in', async () => {
  let now = 0;
  let fired = 0;
  schedule = createSchedule(
    () => now,
    () => (fired += 1),
    () => undefined,
  );
  schedule.start(settings);
  expect(fired).toBe(1);
  now = 2000;
  // What another would see of it between two slices.
  const seen: number[] = [];
  const look = () => {
    seen.push(fired);
    if (fired < 2001) setImmediate(look);
  };
  look();
  await waitUntil(() => fired === 2001);
  expect(seen.filter((count) => count > 1 && count < 2001).length).toBeGreaterThan(3);
});

test('stops from within, and says when nothing is coming', async () => {
  let fired = 0;
  const stopping = createSchedule(
    () => performance.now(),
    () => {
      fired += 1;
      if (fired === 10) stopping.stop();
    },
    () => undefined,
  );
  stopping.start(settings);
  await waitUntil(() => fired === 10);
  let idle = false;
  schedule = createSchedule(
    () => performance.now(),
    () => (fired += 1),
    () => (idle = true),
  );
  schedule.start({ ...settings, arrival: 'replay', replay: [0, 5] });
  await waitUntil(() => idle);
  expect(fired).toBe(12);
});
