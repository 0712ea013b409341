import { expect, test } from 'vitest';
import type { Tick } from '../../../../electron/contract/measure.ts';
import { judge } from '../../../../renderer/topology/verdicts.ts';
import { healthSample, nodeSample, rowSample, tickSample } from '../../../support/lab-samples.ts';

const link = { from: 'balancer', to: 'backend-2', layer: 'l4' } as const;
const failing = [{ id: 'r', ok: false, server: 'backend-2', outcome: '500' }] as never;

function verdict(ticks: readonly Tick[], mystery = false, rows = [rowSample('backend-2')]) {
  const nodes = new Map([['backend-2', nodeSample('backend-2', { mystery })]]);
  return judge(link, { ticks, health: healthSample(rows), nodes, requests: failing });
}

test('a target that connects and answers well has two good verdicts', () => {
  const { l4, l7, disagree, label } = verdict([tickSample(1)]);
  expect([l4.state, l7.state, disagree, label]).toEqual(['good', 'good', false, '']);
  expect([l4.witness, l7.witness]).toEqual(['balancer', 'backend-2']);
});

test('a target that connects and answers 500 makes the layers disagree, in words', () => {
  const { disagree, label } = verdict([tickSample(1, { good: 0, bad: 10 })]);
  expect(disagree).toBe(true);
  expect(label).toBe('connects, but answers 500');
});

test('a share of bad answers is named as a share', () => {
  expect(verdict([tickSample(1, { good: 7, bad: 3 })]).label).toBe('connects, but 30 % get 500');
});

test('a target that refuses is no disagreement: L4 sees it too', () => {
  const { l4, disagree, label } = verdict([tickSample(1, { good: 0, bad: 10, connections: 0, failed: 5 })]);
  expect(l4.state).toBe('bad');
  expect(disagree).toBe(false);
  expect(label).toContain('connections fail');
});

test('while finding it is the exercise the answers are kept back', () => {
  const { l7, disagree } = verdict([tickSample(1, { good: 0, bad: 10 })], true);
  expect(l7.state).toBe('kept-back');
  expect(disagree).toBe(false);
});

test('without samples nothing is good', () => {
  const { l4, l7 } = verdict([]);
  expect([l4.state, l7.state]).toEqual(['unknown', 'unknown']);
});

test('what users see is told on the way to the balancer', () => {
  const nodes = new Map([['balancer', nodeSample('balancer', { role: 'l4' })]]);
  const facts = { ticks: [tickSample(1, { good: 8, bad: 2 })], health: undefined, nodes, requests: [] };
  const { l7, label } = judge({ from: 'client', to: 'balancer', layer: 'l4' }, facts);
  expect(l7.witness).toBe('client');
  expect(label).toBe('connects, but 10 % get 5xx');
});

test('the status is that of the requests which this client counted, and not of another', () => {
  const nodes = new Map([['balancer', nodeSample('balancer', { role: 'l7' })]]);
  const requests = [
    { id: 'r1', ok: false, client: 'client', server: null, outcome: '503' },
    { id: 'r2', ok: false, client: 'other', server: null, outcome: '502' },
  ] as never;
  const ticks = [tickSample(1, { good: 0, bad: 10 })];
  const facts = { ticks, health: undefined, nodes, requests };
  const { l7 } = judge({ from: 'client', to: 'balancer', layer: 'l4' }, facts);
  expect(l7.words).toContain('503');
});

test('a link that carries nothing answers nothing, whatever its target answers to others', () => {
  const { l4, l7 } = verdict([tickSample(1, { connections: 0 })]);
  expect([l4.state, l7.state, l7.words]).toEqual(['idle', 'idle', 'no requests']);
});

test('nobody speaks for a node that is stopped', () => {
  const nodes = new Map([['balancer', nodeSample('balancer', { state: 'stopped' })]]);
  const facts = { ticks: [tickSample(1)], health: undefined, nodes, requests: [] };
  const { l4, l7 } = judge(link, facts);
  expect([l4.state, l7.state, l7.words]).toEqual(['unknown', 'unknown', 'balancer is stopped']);
});

test('a client that mostly meets nobody does not connect, whatever the balancer counts of others', () => {
  const nodes = new Map([['balancer', nodeSample('balancer', { role: 'l4' })]]);
  const tick = tickSample(1);
  const [client] = Object.values(tick.clients);
  if (client === undefined) throw new Error('The sample has a client.');
  const met = (share: number): Tick => ({
    ...tick,
    clients: {
      client: { ...client, outcomes: { '2xx': 100 * share, 'connect-timeout': 100 * (1 - share) } },
    },
  });
  const of = (share: number) =>
    judge(
      { from: 'client', to: 'balancer', layer: 'l4' },
      { ticks: [met(share)], health: undefined, nodes, requests: [] },
    );
  expect(of(0.04)).toMatchObject({ disagree: false, label: 'does not connect (96 % connect-timeout)' });
  expect(of(0.04).l4.witness).toBe('client');
  expect(of(0.75).label).toBe('connects, but 25 % get connect-timeout');
});

test('a client that asks for nothing has no part in what its balancer counts of others', () => {
  const nodes = new Map([['balancer', nodeSample('balancer', { role: 'l4' })]]);
  const tick = tickSample(1);
  const [client] = Object.values(tick.clients);
  if (client === undefined) throw new Error('The sample has a client.');
  const quiet: Tick = { ...tick, clients: { client: { ...client, offered: 0, inFlight: 0, outcomes: {} } } };
  const facts = { ticks: [quiet], health: undefined, nodes, requests: [] };
  expect(judge({ from: 'client', to: 'balancer', layer: 'l4' }, facts).l4).toEqual({
    state: 'idle',
    words: 'no requests',
    witness: 'client',
  });
});

test('a client that is answered by others says nothing good of one that is stopped', () => {
  const nodes = new Map([['other', nodeSample('other', { role: 'kube-node', state: 'stopped' })]]);
  const facts = { ticks: [tickSample(1)], health: undefined, nodes, requests: [] };
  const { l7 } = judge({ from: 'client', to: 'other', layer: 'l4' }, facts);
  expect([l7.state, l7.words]).toEqual(['unknown', 'other is stopped']);
});

test('of two clients of one backend the one that meets nobody is not told that it answers well', () => {
  const tick = tickSample(1);
  const { client } = tick.clients;
  if (client === undefined) throw new Error('The sample has a client.');
  const clients = { home: client, abroad: { ...client, outcomes: { 'connect-timeout': 20 } } };
  const facts = { ticks: [{ ...tick, clients }], health: undefined, nodes: new Map(), requests: [] };
  const of = (from: string) => judge({ from, to: 'backend-1', layer: 'l4' }, facts);
  expect(of('home').l7).toMatchObject({ state: 'good', witness: 'home' });
  expect(of('abroad').l7.state).toBe('bad');
  expect(of('abroad')).toMatchObject({ label: 'does not connect (100 % connect-timeout)', disagree: false });
});
