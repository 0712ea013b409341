import { describe, expect, it } from 'vitest';
import { tableOf } from '../../bench/report.ts';
import { quantile, runRounds, verdict } from '../../bench/rounds.ts';
import type { Round } from '../../bench/rounds.ts';

const rounds = (...ratios: number[]): Round[] => ratios.map((ratio) => ({ ours: ratio * 100, peer: 100 }));

describe('rounds of a bench', () => {
  it('takes turns as A B B A and averages each pair', async () => {
    const order: string[] = [];
    const slices = { ours: [10, 30], peer: [1, 3] };
    const sample = (who: 'ours' | 'peer') => () => {
      order.push(who);
      return Promise.resolve(slices[who].shift() ?? 0);
    };
    const done = await runRounds(1, sample('ours'), sample('peer'));
    expect(order).toEqual(['ours', 'peer', 'peer', 'ours']);
    expect(done).toEqual([{ ours: 20, peer: 2 }]);
  });

  it('gives the median ratio, and its spread as a share of it', () => {
    const { ratio, iqr, conclusive } = verdict(rounds(0.7, 0.72, 0.74, 0.76, 0.78), null);
    expect(ratio).toBeCloseTo(0.74);
    expect(iqr).toBeCloseTo(0.04 / 0.74);
    expect(conclusive).toBe(true);
  });

  it('says of a wide spread that it concludes nothing', () => {
    expect(verdict(rounds(0.4, 0.6, 0.8, 1), null).conclusive).toBe(false);
  });

  it('says whether a goal is reached, from either side', () => {
    expect(verdict(rounds(0.7), { is: 'at least', ratio: 0.7 }).reached).toBe(true);
    expect(verdict(rounds(0.69), { is: 'at least', ratio: 0.7 }).reached).toBe(false);
    expect(verdict(rounds(1.3), { is: 'at most', ratio: 1.25 }).reached).toBe(false);
    expect(verdict(rounds(1.3), null).reached).toBeNull();
  });

  it('reads quantiles between values', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 2], 0.5)).toBe(1.5);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('the table of a bench', () => {
  const about = { name: 'bulk', against: 'HAProxy', unit: 'requests', note: '' };

  it('says plainly that a goal is not reached', () => {
    const table = tableOf([{ ...about, ...verdict(rounds(0.5), { is: 'at least', ratio: 0.7 }) }]);
    expect(table).toMatch(/bulk .*HAProxy .*0\.50 .*at least 0\.70 .*NOT REACHED/);
  });

  it('keeps the row of a peer that is missing, with the reason', () => {
    const nothing = { ours: null, peer: null, ratio: null, iqr: null, rounds: 0, conclusive: false };
    const table = tableOf([
      { ...about, ...nothing, goal: null, reached: null, note: 'HAProxy is not installed' },
    ]);
    expect(table).toMatch(/bulk .*NOT MEASURED; HAProxy is not installed/);
  });
});
