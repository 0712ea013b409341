import { describe, expect, it } from 'vitest';
import { reconcile, totalDifference } from '../../../../../electron/host/telemetry/ledger.ts';
import type { LedgerInput } from '../../../../../electron/host/telemetry/ledger.ts';
import {
  backendStats,
  balancerStats,
  clientStats,
  requestCounts,
  targetStats,
} from '../../../../support/stats.ts';

function world(part: Partial<LedgerInput> = {}): LedgerInput {
  return {
    at: 0,
    settled: true,
    kept: false,
    unwitnessedAtMost: 0,
    clients: [
      clientStats({
        scheduled: 10,
        answered: 9,
        failed: 1,
        connections: { opened: 10, failed: 0, open: 0, reused: 0 },
      }),
    ],
    balancers: [
      balancerStats({
        connections: { accepted: 10, open: 0, refused: 0, failed: 0 },
        targets: {
          b: targetStats({
            connections: { opened: 10, failed: 0, open: 0, reset: 0 },
            bytes: { toTarget: 5, fromTarget: 900 },
          }),
        },
      }),
    ],
    backends: [
      backendStats({
        requests: { client: requestCounts({ received: 10, answered: 9, aborted: 1 }) },
        connections: { accepted: 14, open: 0, carrying: 10, empty: 4, bytesReceived: 5, bytesSent: 900 },
      }),
    ],
    ...part,
  };
}

describe('reconcile', () => {
  it('finds no difference where all three counted the same', () => {
    expect(totalDifference(reconcile(world()))).toBe(0);
  });

  it('shows a request that the clients lost track of', () => {
    const clients = [
      clientStats({
        scheduled: 11,
        answered: 9,
        failed: 1,
        connections: { opened: 10, failed: 0, open: 0, reused: 0 },
      }),
    ];
    const row = reconcile(world({ clients })).rows[0];
    expect(row?.difference).toBe(1);
  });

  it('says that an L4 balancer did not count requests, rather than that it counted none', () => {
    expect(reconcile(world()).rows[1]?.counts['L4 balancer']).toBeNull();
  });

  it('shows a connection that the balancer accepted and no client opened', () => {
    const [balancer] = world().balancers;
    const balancers = [
      balancerStats({ ...balancer, connections: { accepted: 11, open: 0, refused: 0, failed: 0 } }),
    ];
    expect(totalDifference(reconcile(world({ balancers })))).toBe(1);
  });

  it('excuses only as much as a dead process can have taken with it', () => {
    const backends = [backendStats({ requests: { client: requestCounts({ received: 4, answered: 4 }) } })];
    const ledger = reconcile(world({ backends, balancers: [], unwitnessedAtMost: 3 }));
    expect(ledger.rows[1]).toMatchObject({ difference: -5, unwitnessed: 3 });
    expect(totalDifference(ledger)).toBe(2);
  });

  it('says where answers went that backends gave and no client took, as far as clients count such ends', () => {
    const clients = [
      clientStats({
        scheduled: 10,
        answered: 5,
        failed: 5,
        byFailure: { 'total-timeout': 3, refused: 2 },
        connections: { opened: 10, failed: 0, open: 0, reused: 0 },
      }),
    ];
    const ledger = reconcile(world({ clients }));
    expect(ledger.rows[1]).toMatchObject({ difference: 4, explained: 3 });
    expect(totalDifference(ledger)).toBe(1);
  });

  it('takes connections that ended before a request for what they are, up to what backends count of such', () => {
    const [backend] = world().backends;
    const connections = { accepted: 14, open: 0, carrying: 5, empty: 4, bytesReceived: 5, bytesSent: 900 };
    const ledger = reconcile(world({ backends: [backendStats({ ...backend, connections })] }));
    expect(ledger.rows[3]).toMatchObject({ difference: 5, explained: 4 });
    expect(totalDifference(ledger)).toBe(1);
  });
});
