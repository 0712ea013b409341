import { expect, it } from 'vitest';
import { parseMachine } from '../../../../docker/lib/machine-stats.ts';

it('adds up what the processors did, without idling and waiting for disks', () => {
  const text =
    'cpu  100 10 50 9000 400 1 20 3 0 0\ncpu0 50 5 25 4500 200 1 10 1 0 0\ncpu1 50 5 25 4500 200 0 10 2 0 0\nintr 5\n';
  expect(parseMachine(text)).toEqual({ cores: 2, busyMicros: 1_840_000, softirqMicros: 200_000 });
});

it('says nothing where the file is another', () => {
  expect(parseMachine('')).toBeNull();
});
