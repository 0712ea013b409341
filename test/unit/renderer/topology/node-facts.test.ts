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

test('a store that is asked for its figures every other tick has one rate, not none and then twice as many', () => {
  const asked = (gained: number): Tick => ({
    ...tickSample(1),
    stores: { store: { answers: true, figures: { clients: 2 }, gained: { commands: gained } } },
  });
  const store = nodeSample('store', { role: 'redis', tier: 3 });
  expect(nodeFacts(store, [asked(0), asked(200), asked(0), asked(200)]).rate).toBe('100 cmd/s, 2 clients');
});

test('a small card has only what a store does, so that its name is not cut to a letter', () => {
  const tick: Tick = {
    ...tickSample(1),
    stores: { store: { answers: true, figures: { clients: 2 }, gained: { sessions: 0 } } },
  };
  const facts = nodeFacts(nodeSample('store', { role: 'postgres', tier: 3 }), [tick]);
  expect(facts.rate).toBe('0 sessions/s, 2 clients');
  expect(facts.brief).toBe('0 sess/s');
});

test('a balancer and its client are averaged over the same ticks', () => {
  const spread = [80, 120].map((requests): Tick => {
    const tick = tickSample(1);
    const { balancer } = tick.balancers;
    if (balancer === undefined) throw new Error('The sample has a balancer.');
    return { ...tick, balancers: { balancer: { ...balancer, requests, layer: 'l7' } } };
  });
  const proxy = nodeSample('balancer', { role: 'l7', tier: 1 });
  expect(nodeFacts(proxy, spread).rate).toBe('100 req/s');
});
