import { describe, expect, test } from 'vitest';
import { begin } from '../../../../../docker/client/arrivals/arrivals.ts';
import type { Arrivals } from '../../../../../docker/client/arrivals/arrivals.ts';
import type { ArrivalSettings } from '../../../../../docker/client/arrivals/pattern.ts';

const base: ArrivalSettings = {
  arrival: 'constant',
  rate: 100,
  rampTo: 0,
  rampMs: 10_000,
  burstSize: 10,
  replay: [],
  seed: 1,
};

/** Times before `endMs`; the count is bounded so that a fault in the code ends the test. */
function until(arrivals: Arrivals, endMs: number): number[] {
  const times: number[] = [];
  while (arrivals.peek() < endMs && times.length < 100_000) times.push(arrivals.take());
  return times;
}

const rounded = (times: readonly number[]) => times.map((time) => Math.round(time * 1000) / 1000);

describe('constant arrivals', () => {
  test('begin at once and are evenly spaced', () => {
    expect(rounded(until(begin(base, 1000), 1050))).toEqual([1000, 1010, 1020, 1030, 1040]);
  });

  test('a rate of nought sends nothing more', () => {
    const arrivals = begin({ ...base, rate: 0 }, 0);
    expect(arrivals.take()).toBe(0);
    expect(arrivals.peek()).toBe(Infinity);
  });

  test('a change of rate keeps the share of the gap that was waited for', () => {
    const arrivals = begin({ ...base, rate: 1 }, 0);
    arrivals.take();
    // A quarter of the 1000 ms gap is over; at ten times the rate three quarters of 100 ms are left.
    const faster = arrivals.goOn({ ...base, rate: 10 }, 250);
    expect(rounded(faster === null ? [] : until(faster, 530))).toEqual([325, 425, 525]);
  });

  test('what was due before the change stays due', () => {
    const arrivals = begin({ ...base, rate: 100 }, 0);
    arrivals.take();
    expect(arrivals.goOn({ ...base, rate: 1 }, 15)?.peek()).toBeCloseTo(10);
  });

  test('a change from nought starts from the change', () => {
    const arrivals = begin({ ...base, rate: 0 }, 0);
    arrivals.take();
    expect(arrivals.goOn({ ...base, rate: 100 }, 5000)?.peek()).toBeCloseTo(5010);
  });
});

describe('poisson arrivals', () => {
  const poisson: ArrivalSettings = { ...base, arrival: 'poisson' };

  test('repeat with the seed and differ without', () => {
    const first = until(begin(poisson, 0), 5000);
    expect(until(begin(poisson, 0), 5000)).toEqual(first);
    expect(until(begin({ ...poisson, seed: 2 }, 0), 5000)).not.toEqual(first);
  });

  test('keep the rate, with gaps that vary as much as they are long', () => {
    const times = until(begin(poisson, 0), 500_000);
    expect(times.length).toBeGreaterThan(49_000);
    expect(times.length).toBeLessThan(51_000);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeCloseTo(1, 1);
  });
});

describe('ramp', () => {
  const ramp: ArrivalSettings = { ...base, arrival: 'ramp', rate: 0, rampTo: 100, rampMs: 10_000 };

  test('sends the area under the line, then holds', () => {
    const times = until(begin(ramp, 0), 12_000);
    const within = (from: number, to: number) => times.filter((time) => time >= from && time < to).length;
    expect(within(0, 5000)).toBeCloseTo(125, -1);
    expect(within(0, 10_000)).toBeCloseTo(500, -1);
    expect(within(10_000, 12_000)).toBeCloseTo(200, -1);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('goes down as well as up, and a level ramp is constant', () => {
    const down = until(begin({ ...ramp, rate: 100, rampTo: 0 }, 0), 20_000);
    expect(down.length).toBeCloseTo(500, -1);
    const level = until(begin({ ...ramp, rate: 100, rampTo: 100 }, 0), 1000);
    expect(level.length).toBe(100);
  });
});

describe('burst', () => {
  const burst: ArrivalSettings = { ...base, arrival: 'burst', burstSize: 3, rate: 30 };

  test('sends so many at one instant and keeps the rate', () => {
    expect(rounded(until(begin(burst, 0), 250))).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200]);
  });
});

describe('replay', () => {
  const replay: ArrivalSettings = { ...base, arrival: 'replay', replay: [30, 0, 10] };

  test('repeats the list in order, once', () => {
    const arrivals = begin(replay, 500);
    expect(until(arrivals, 1000)).toEqual([500, 510, 530]);
    expect(arrivals.peek()).toBe(Infinity);
  });
});

test('another pattern begins anew', () => {
  expect(begin(base, 0).goOn({ ...base, arrival: 'poisson' }, 10)).toBeNull();
  expect(begin(base, 0).goOn({ ...base, arrival: 'replay' }, 10)).toBeNull();
  expect(begin({ ...base, arrival: 'replay' }, 0).goOn(base, 10)).toBeNull();
});
