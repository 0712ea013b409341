import { expect, test } from 'vitest';
import { listWith, targetRows, targetsIn } from '../../../../renderer/controls/targets.ts';
import { nodeSample } from '../../../support/lab-samples.ts';

const one = { id: 'backend-1', address: '10.0.0.1', port: 8443, weight: 3, serverId: 'ab' };
const two = { id: 'backend-2', address: '10.0.0.2', port: 8080 };
const settings = { targets: [one, two], draining: ['backend-2'] };
const nodes = [1, 2, 3].map((n) =>
  nodeSample(`backend-${n}`, { group: 'backend', address: `10.0.0.${n}`, port: 8080 }),
);

test('only settings with a list of targets are those of a balancer', () => {
  expect(targetsIn({ rate: 10 })).toBeNull();
  expect(targetsIn(settings)).toEqual([
    { id: 'backend-1', address: '10.0.0.1', port: 8443, weight: 3, draining: false },
    { id: 'backend-2', address: '10.0.0.2', port: 8080, weight: 1, draining: true },
  ]);
});

test('others of the same group stand by, and who has left comes back as it was', () => {
  const known = targetsIn(settings) ?? [];
  const rows = targetRows(known.slice(1), known, nodes);
  expect(rows.map(({ id, port, listed }) => [id, port, listed])).toEqual([
    ['backend-1', 8443, false],
    ['backend-2', 8080, true],
    ['backend-3', 8080, false],
  ]);
});

test('an act that is over leaves nobody behind that is no more in the lab', () => {
  const known = targetsIn(settings) ?? [];
  expect(targetRows([], known, []).map(({ id }) => id)).toEqual([]);
});

test('a change of one leaves the others and what else stands beside them as they are', () => {
  const [first] = targetRows(targetsIn(settings) ?? [], [], nodes);
  if (first === undefined) throw new Error('There is a first row.');
  expect(listWith(settings, { ...first, weight: 5 })).toEqual([{ ...one, weight: 5 }, two]);
  expect(listWith(settings, { ...first, listed: false })).toEqual([two]);
  const back = { id: 'backend-1', address: '10.0.0.1', port: 8443, weight: 3 };
  expect(listWith({ targets: [two] }, first)).toEqual([two, back]);
});
