import { expect, test } from 'vitest';
import type { BalancerConnections, ConnectionRow } from '../../../../electron/contract/connections.ts';
import { ForwarderEvents } from '../../../../renderer/packets/forwarder-events.ts';

const row = (id: number, part: Partial<ConnectionRow> = {}): ConnectionRow => ({
  id,
  protocol: 'tcp',
  state: 'open',
  target: 'backend-1',
  why: null,
  client: { from: `127.0.0.2:${4000 + id}`, to: '127.0.0.3:80' },
  stated: null,
  upstream: { from: '127.0.0.3:5000', to: '127.0.0.4:80' },
  serverName: null,
  alpn: [],
  bytesToTarget: 10,
  bytesFromTarget: 0,
  ageMs: 100,
  idleMs: 0,
  ...part,
});
const look = (at: number, rows: readonly ConnectionRow[], ended: BalancerConnections['ended'] = []) => ({
  balancers: [{ node: 'edge', at, open: rows.length, rows, ended }],
});
const told = (events: ReturnType<ForwarderEvents['take']>) =>
  events.map(({ at, exact, what, toTarget, fromTarget }) => [at, exact, what, toTarget, fromTarget]);

test('two looks at a table say what became of each connection between them', () => {
  const log = new ForwarderEvents();
  expect(told(log.take(look(1000, [row(1)])))).toEqual([
    [900, true, 'accepted, and connected from 127.0.0.3:5000', 10, 0],
  ]);
  expect(log.take(look(1500, [row(1, { ageMs: 600 })]))).toHaveLength(1);
  const third = log.take(
    look(2000, [row(1, { bytesToTarget: 25, bytesFromTarget: 300, state: 'client-done' })]),
  );
  expect(told(third)[0]).toEqual([2000, false, 'the client sent FIN', 15, 300]);
  const end = {
    ...row(1, { bytesToTarget: 25, bytesFromTarget: 400, ageMs: 1200 }),
    end: 'closed',
    at: 2100,
  };
  expect(told(log.take(look(2500, [], [end])))[0]).toEqual([2100, true, 'closed by both', 0, 100]);
  // Still in the forwarder's list of the last hundred: told once.
  expect(log.take(look(3000, [], [end]))).toHaveLength(3);
});

test('one that came and went between two looks has its beginning and its end', () => {
  const end = { ...row(7, { ageMs: 40, bytesFromTarget: 90 }), end: 'target-reset', at: 900 };
  expect(told(new ForwarderEvents().take(look(1000, [], [end])))).toEqual([
    [900, true, 'target reset it', 10, 90],
    [860, true, 'accepted, and connected from 127.0.0.3:5000', 0, 0],
  ]);
});

test('keeps only so much', () => {
  const many = Array.from({ length: 600 }, (_, id) => row(id, { ageMs: id }));
  const events = new ForwarderEvents().take(look(1000, many));
  expect(events).toHaveLength(400);
  expect(events[0]?.at).toBe(1000);
});
