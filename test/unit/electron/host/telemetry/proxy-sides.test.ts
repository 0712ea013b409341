import { describe, expect, it } from 'vitest';
import { proxySides } from '../../../../../electron/host/telemetry/proxy-sides.ts';
import { balancerStats, requestCounts, targetStats } from '../../../../support/stats.ts';

const reading = (accepted: number, refused: number) =>
  balancerStats({
    role: 'l7',
    connections: { accepted, open: 7, refused: 0, failed: 0 },
    requests: {
      ...requestCounts({ received: accepted * 2, inFlight: 4 }),
      own: { 'no-target': 0, refused, policy: 1 },
    },
    targets: {
      a: targetStats({
        connections: { opened: accepted, failed: 0, open: 3, reset: 0 },
        pool: { open: 3, idle: 1, queued: 5, limit: 3 },
      }),
      b: targetStats({ connections: { opened: 0, failed: 0, open: 2, reset: 0 } }),
    },
  });

describe('both sides of a proxy', () => {
  it('are gauges as they are, and rates over the window', () => {
    const sides = proxySides(reading(10, 2), reading(30, 12), 5);
    expect(sides.clients).toEqual({ open: 7, openedPerSecond: 4 });
    expect(sides.requestsPerSecond).toBe(8);
    expect(sides.targets[0]).toEqual({
      target: 'a',
      open: 3,
      openedPerSecond: 4,
      idle: 1,
      queued: 5,
      limit: 3,
    });
  });

  it('leave out what never happened, and put the most frequent cause first', () => {
    const { own } = proxySides(reading(10, 2), reading(30, 12), 5);
    expect(own).toEqual([
      { cause: 'refused', total: 12, perSecond: 2 },
      { cause: 'policy', total: 1, perSecond: 0 },
    ]);
  });

  it('name the policies that answered', () => {
    const { requests } = reading(1, 0);
    const named = balancerStats({
      role: 'l7',
      requests: {
        ...requestCounts(),
        own: { ...requests?.own, policy: 9 },
        byPolicy: { limits: 7, tokens: 2 },
      },
    });
    expect(proxySides(null, named, 1).own.map(({ cause, total }) => [cause, total])).toEqual([
      ['policy limits', 7],
      ['policy tokens', 2],
    ]);
  });

  it('tell of second tries, where there were any', () => {
    const withHedges = (sent: number) =>
      balancerStats({
        role: 'l7',
        requests: { ...requestCounts(), own: {}, hedges: { sent, won: 1, overBudget: 0 } },
      });
    expect(proxySides(null, withHedges(0), 1).hedges).toBeNull();
    expect(proxySides(null, withHedges(2), 1).hedges).toEqual({ sent: 2, won: 1, overBudget: 0 });
  });

  it('do not call nought what nobody counts', () => {
    const { targets } = proxySides(null, reading(30, 12), 5);
    expect(targets[1]).toMatchObject({ target: 'b', idle: null, queued: null, limit: null });
  });
});
