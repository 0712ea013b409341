import { describe, expect, it } from 'vitest';
import type { TargetStats } from '../../../../../docker/protocol/stats.ts';
import { makeTick, statusClass } from '../../../../../electron/host/telemetry/tick.ts';
import {
  backendStats,
  balancerStats,
  clientStats,
  processStats,
  requestCounts,
  targetStats,
} from '../../../../support/stats.ts';

describe('makeTick', () => {
  it('turns counters into rates over the time between the two samples', () => {
    const before = new Map([
      ['client', { at: 1000, stats: clientStats({ scheduled: 100, byStatus: { 200: 90, 500: 10 } }) }],
    ]);
    const now = new Map([
      [
        'client',
        {
          at: 1500,
          stats: clientStats({ scheduled: 200, byStatus: { 200: 180, 500: 20 }, byFailure: { reset: 5 } }),
        },
      ],
    ]);
    const tick = makeTick(1, 1500, before, now);
    expect(tick.lengthMs).toBe(500);
    expect(tick.clients.client?.offered).toBe(200);
    expect(tick.clients.client?.outcomes).toEqual({ '2xx': 180, '5xx': 20, reset: 10 });
  });

  it('leaves out a node that gave no new sample: no data is not zero', () => {
    const sample = { at: 1000, stats: clientStats() };
    expect(makeTick(1, 1250, new Map([['client', sample]]), new Map([['client', sample]])).clients).toEqual(
      {},
    );
  });

  it('leaves out a restarted process rather than drawing a negative rate', () => {
    const before = new Map([['b', { at: 1000, stats: backendStats({ process: processStats('b', 1) }) }]]);
    const now = new Map([['b', { at: 1250, stats: backendStats({ process: processStats('b', 1100) }) }]]);
    expect(makeTick(1, 1250, before, now).backends).toEqual({});
  });

  it('adds up a backend over all clients', () => {
    const before = new Map([['b', { at: 0, stats: backendStats() }]]);
    const requests = {
      'client-1': requestCounts({ received: 10, byStatus: { 200: 10 } }),
      'client-2': requestCounts({ received: 30, byStatus: { 200: 20, 503: 10 } }),
    };
    const tick = makeTick(1, 1000, before, new Map([['b', { at: 1000, stats: backendStats({ requests }) }]]));
    expect(tick.backends.b).toMatchObject({ requests: 40, outcomes: { '2xx': 30, '5xx': 10 } });
  });

  it('says what share of a core each process had', () => {
    const busy = (cpuMicros: number) => clientStats({ process: { ...processStats('c'), cpuMicros } });
    const before = new Map([['c', { at: 1000, stats: busy(5_000_000) }]]);
    const tick = makeTick(1, 1500, before, new Map([['c', { at: 1500, stats: busy(5_200_000) }]]));
    expect(tick.cpu).toEqual({ c: 0.4 });
  });

  it('gives an L4 balancer no requests, because it cannot see them', () => {
    const targets = { t: targetStats({ connections: { opened: 50, failed: 0, open: 2, reset: 0 } }) };
    const now = new Map([['lb', { at: 1000, stats: balancerStats({ targets }) }]]);
    const tick = makeTick(1, 1000, new Map([['lb', { at: 0, stats: balancerStats() }]]), now);
    expect(tick.balancers.lb).toMatchObject({
      requests: null,
      outcomes: null,
      targets: { t: { connections: 50, open: 2 } },
    });
  });
});

describe('a proxy’s queue', () => {
  const tickOf = (targets: Readonly<Record<string, TargetStats>>) => {
    const stats = balancerStats({ role: 'l7', targets });
    return makeTick(1, 1000, new Map([['p', { at: 0, stats }]]), new Map([['p', { at: 1000, stats }]]));
  };

  it('is that of all its targets together', () => {
    const pool = { open: 2, idle: 0, queued: 3, limit: 2 };
    expect(tickOf({ a: targetStats({ pool }), b: targetStats({ pool }) }).balancers.p?.queued).toBe(6);
  });

  it('is left out where none of them has one', () => {
    expect(tickOf({ a: targetStats() }).balancers.p).not.toHaveProperty('queued');
  });
});

describe('statusClass', () => {
  it('bands statuses and leaves failures their names', () => {
    expect(['200', '503', 'reset'].map(statusClass)).toEqual(['2xx', '5xx', 'reset']);
  });
});
