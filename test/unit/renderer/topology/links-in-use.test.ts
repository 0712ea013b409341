import { expect, test } from 'vitest';
import { linksInUse } from '../../../../renderer/topology/links-in-use.ts';
import { healthSample, nodeSample, rowSample } from '../../../support/lab-samples.ts';

const links = [
  { from: 'client', to: 'balancer', layer: 'l4' },
  { from: 'balancer', to: 'backend-1', layer: 'l4' },
] as const;
const nodes = new Map(['backend-1', 'backend-2'].map((name) => [name, nodeSample(name)]));

test('who left the list keeps its line while it holds connections, and loses it with the last', () => {
  const holding = (openConnections: number) =>
    linksInUse(
      links,
      healthSample([
        rowSample('backend-1', { openConnections: 3 }),
        rowSample('backend-2', { state: 'draining', openConnections }),
      ]).balancers,
      nodes,
    ).map(({ from, to }) => `${from}>${to}`);
  expect(holding(2)).toEqual(['client>balancer', 'balancer>backend-1', 'balancer>backend-2']);
  expect(holding(0)).toEqual(['client>balancer', 'balancer>backend-1']);
});

test('what a balancer keeps open that nobody is sent to makes no line', () => {
  const { balancers } = healthSample([rowSample('backend-1', { openConnections: 3 })]);
  expect(linksInUse([], balancers, nodes)).toEqual([]);
});

test('a target that is no node of the lab has no line', () => {
  const health = healthSample([rowSample('elsewhere', { openConnections: 2 })]);
  expect(linksInUse(links, health.balancers, nodes)).toBe(links);
});
