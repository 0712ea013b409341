import { describe, expect, it } from 'vitest';
import { billsOf, stretchesOf } from '../../../../../electron/host/telemetry/bill.ts';
import type { BillInput } from '../../../../../electron/host/telemetry/bill.ts';
import { clientStats } from '../../../../support/stats.ts';

type Transition = BillInput['transitions'][number];
type State = Transition['to'];

function moved(at: number, from: State, to: State, target = 'b1'): Transition {
  return { seq: at, at, type: 'health', target, from, to, reason: '' } as Transition;
}

const on = { kind: 'fault', node: 'b1', at: 100, fault: 'always-status', on: true } as const;
const off = { ...on, at: 900, on: false } as const;

/** Ten bad answers of b1 for each 100 ms, and two requests without an answer; user u<n> is hurt once by the n-th hundred. */
function client(at = 1000): ReturnType<BillInput['client']> {
  const hundreds = Math.floor(at / 100);
  const perUser = Array.from({ length: 10 }, (_, n) => ({
    user: `u${n}`,
    ok: 0,
    bad: hundreds > n ? 1 : 0,
    server: null,
  }));
  const byServer = { b1: { 200: 7, 500: hundreds * 10 }, b2: { 200: 999 } };
  const byStatus = { 200: 1006, 500: hundreds * 10 };
  const failed = hundreds * 2;
  const users = { total: 10, served: 10, hurt: 0 };
  return {
    node: 'client',
    sample: { at, stats: clientStats({ byServer, byStatus, failed, perUser, users }) },
  };
}

describe('stretchesOf', () => {
  const table: [string, BillInput['acts'], Transition[], [number, number][]][] = [
    ['no fault', [], [], []],
    ['not seen yet', [on], [], [[100, Infinity]]],
    ['evicted', [on], [moved(300, 'healthy', 'unhealthy')], [[100, 300]]],
    ['healed unseen', [on, off], [], [[100, 900]]],
    [
      'back while broken, and out again',
      [on, off],
      [
        moved(300, 'healthy', 'unhealthy'),
        moved(500, 'unhealthy', 'healthy'),
        moved(600, 'healthy', 'unhealthy'),
      ],
      [
        [100, 300],
        [500, 600],
      ],
    ],
    [
      'back while broken until it was healed',
      [on, off],
      [moved(300, 'healthy', 'unhealthy'), moved(500, 'unhealthy', 'healthy')],
      [
        [100, 300],
        [500, 900],
      ],
    ],
    [
      'back after it was healed',
      [on, off],
      [moved(300, 'healthy', 'unhealthy'), moved(950, 'unhealthy', 'healthy')],
      [[100, 300]],
    ],
    ['another target', [on], [moved(300, 'healthy', 'unhealthy', 'b2')], [[100, Infinity]]],
  ];
  it.each(table)('%s', (_, acts, transitions, expected) => {
    const stretches = stretchesOf({ acts, transitions, client }, 'b1');
    expect(stretches.map(({ from, to }) => [from, to])).toEqual(expected);
  });
});

describe('billsOf', () => {
  it('bills the blind window and the return apart, and says what carried the name of the target', () => {
    const transitions = [
      moved(300, 'healthy', 'unhealthy'),
      moved(500, 'unhealthy', 'healthy'),
      moved(600, 'healthy', 'unhealthy'),
    ];
    const { bill, returnBill } = billsOf({ acts: [on, off], transitions, client }, 'b1');
    expect(bill).toMatchObject({
      from: 100,
      to: 300,
      requests: 24,
      named: 20,
      users: 2,
      usersAtLeast: false,
      witness: 'client',
    });
    expect(returnBill).toMatchObject({ from: 500, to: 600, requests: 12, named: 10, users: 1 });
  });

  it('says "at least" where the witness does not count every user singly', () => {
    const many: BillInput['client'] = (at) => {
      const found = client(at);
      if (found === null) return null;
      const stats = { ...found.sample.stats, users: { total: 250, served: 250, hurt: 9 } };
      return { ...found, sample: { ...found.sample, stats: stats } };
    };
    expect(billsOf({ acts: [on], transitions: [], client: many }, 'b1').bill?.usersAtLeast).toBe(true);
  });

  it('counts from when the witness was sent here, and nothing of what it met elsewhere', () => {
    const sent = (at: number) => ({ kind: 'settings', node: 'client', at, paths: ['address'] }) as const;
    const other = { ...sent(700), paths: ['rate'] };
    const { bill } = billsOf({ acts: [on, sent(400), other, off], transitions: [], client }, 'b1');
    expect(bill).toMatchObject({ from: 400, to: 900, requests: 60 });
    expect(billsOf({ acts: [on, off, sent(950)], transitions: [], client }, 'b1').bill).toBeNull();
  });
});
