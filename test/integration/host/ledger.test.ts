import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controller } from '../../../electron/host/controller.ts';
import { totalDifference } from '../../../electron/host/telemetry/ledger.ts';
import type { Ledger } from '../../../electron/contract/measure.ts';
import { enginesHere, hostForTest } from '../../support/host-on-engine.ts';
import { waitUntil } from '../../support/wait.ts';

describe.each(enginesHere)('the ledger on %s', (engine) => {
  let host: Awaited<ReturnType<typeof hostForTest>>;
  let controller: Controller;

  beforeAll(async () => {
    host = await hostForTest();
    ({ controller } = host);
    await controller.up('green-but-500', engine);
  });
  afterAll(async () => host.close());

  /** Stops the client, waits until nothing is in flight, and asks every node for its counters at that moment. */
  async function quietLedger(): Promise<Ledger> {
    const { telemetry } = controller.mustSession();
    await controller.mustSession().act({ do: 'set', node: 'client', settings: { running: false } });
    await waitUntil(() => telemetry.ledger().settled, 30_000, 'a quiet lab');
    return await waitUntil(
      async () => {
        await telemetry.refresh();
        const ledger = telemetry.ledger();
        return totalDifference(ledger) === 0 ? ledger : null;
      },
      5000,
      'agreement of the witnesses',
    ).catch(() => telemetry.ledger());
  }

  async function answered(count: number): Promise<void> {
    const { telemetry } = controller.mustSession();
    const start = telemetry.samples.latest('client');
    const before = start?.role === 'client' ? start.answered : 0;
    await controller.mustSession().act({ do: 'set', node: 'client', settings: { running: true } });
    await waitUntil(
      () => {
        const stats = telemetry.samples.latest('client');
        return stats?.role === 'client' && stats.answered - before > count;
      },
      30_000,
      `${count} answers`,
    );
  }

  it('agrees to the unit between client, balancer and backends with one request per connection', async () => {
    await answered(400);
    const ledger = await quietLedger();
    expect(ledger.rows.map(({ what, difference }) => ({ what, difference }))).toEqual(
      ledger.rows.map(({ what }) => ({ what, difference: 0 })),
    );
    const [conservation, , , connections] = ledger.rows;
    expect(conservation?.counts.answered).toBeGreaterThan(400);
    expect(connections?.counts['L4 to targets']).toBe(connections?.counts['backends (with a request)']);
  });

  it('agrees on requests, connections and bytes with kept connections', async () => {
    await controller.mustSession().act({ do: 'set', node: 'client', settings: { connections: 'kept' } });
    await answered(400);
    const ledger = await quietLedger();
    expect(totalDifference(ledger)).toBe(0);
  });
});
