import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineId } from '../../electron/contract/app.ts';
import type { Ledger } from '../../electron/contract/measure.ts';
import { createHost } from '../../electron/host/create-host.ts';
import type { Session } from '../../electron/host/lab/session.ts';
import { totalDifference } from '../../electron/host/telemetry/ledger.ts';
import { waitUntil } from '../support/wait.ts';

const root = resolve(import.meta.dirname, '..', '..');
const lab = 'green-but-500';
const rate = 1000;
const flipEveryMs = 5000;

/** One at a time, on one backend after the other; a crash takes counts with it, which must be told within its bound. */
const faults: readonly (readonly [string, Record<string, number>])[] = [
  ['always-status', { status: 503 }],
  ['reset-mid-response', {}],
  ['latency', { ms: 100 }],
  ['accept-and-reset', {}],
  ['truncated-body', {}],
  ['refuse', {}],
  ['error-share', { share: 0.5 }],
  ['crash', {}],
];

/** A thousand requests a second for minutes while faults flip: do client, balancer and backends still agree? */
export async function soakLedger(
  minutes: number,
  only: EngineId | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  const stateDir = await mkdtemp(join(tmpdir(), 'bs-ledger-'));
  const host = await createHost({ root, face: 'cli', stateDir });
  const { controller } = host;
  try {
    const session = await controller.up(lab, only ?? controller.engines.use().engine.id);
    await session.act({
      do: 'set',
      node: 'client',
      settings: { rate, connections: 'new', maxInFlight: 5000 },
    });
    const until = Date.now() + minutes * 60_000;
    for (let round = 0; Date.now() < until; round++) {
      const node = `backend-${(round % 10) + 1}`;
      const [fault, settings] = faults[round % faults.length] ?? ['latency', {}];
      await session.act({ do: 'fault', node, fault, with: settings, scope: {} });
      await new Promise((done) => setTimeout(done, flipEveryMs));
      if (fault === 'crash') await session.act({ do: 'power', node, action: 'start' });
      else await session.act({ do: 'heal', node, fault });
    }
    const ledger = await quietLedger(session);
    for (const row of ledger.rows)
      say(
        `${row.what}: ${JSON.stringify(row.counts)}, difference ${row.difference}, explained ${row.explained}, unwitnessed ${row.unwitnessed}`,
      );
    say(`mismatch ${totalDifference(ledger)} after ${minutes} min`);
    return totalDifference(ledger) === 0;
  } finally {
    await host.dispose();
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function quietLedger(session: Session): Promise<Ledger> {
  const { telemetry } = session;
  await session.act({ do: 'set', node: 'client', settings: { running: false } });
  await waitUntil(() => telemetry.ledger().settled, 60_000, 'a quiet lab');
  await telemetry.refresh();
  return telemetry.ledger();
}
