import { expect, test } from 'vitest';
import type { Tick } from '../../../../electron/contract/measure.ts';
import { nodeFacts } from '../../../../renderer/topology/node-facts.ts';
import { nodeSample, tickSample } from '../../../support/lab-samples.ts';

const client = nodeSample('client', { role: 'client', tier: 0 });

function stoppingIn(stopsInMs?: number): Tick {
  const tick = tickSample(1);
  const own = tick.clients.client;
  if (own === undefined) throw new Error('The sample has a client.');
  return { ...tick, clients: { client: { ...own, ...(stopsInMs === undefined ? {} : { stopsInMs }) } } };
}

test('a client that ends by itself says how long it still sends', () => {
  expect(nodeFacts(client, [stoppingIn(900_000)]).left).toBe('15 min left');
  expect(nodeFacts(client, [stoppingIn(29_400)]).left).toBe('30 s left');
  expect(nodeFacts(client, [stoppingIn()]).left).toBe('');
});

test('it goes on saying so over a sample that is missing', () => {
  const missing: Tick = { ...tickSample(2), clients: {} };
  expect(nodeFacts(client, [stoppingIn(900_000), missing]).left).toBe('15 min left');
});
