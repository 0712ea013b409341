import { expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'busiest', client: 'client', atLeast: 0.6, sample: 100 });

function verdict(one: number, other: number) {
  const before = { answered: 10, byServer: { 'backend-1': { 200: 10 } } };
  const byServer = { 'backend-1': { 200: 10 + one }, 'backend-2': { 200: other - 1, 500: 1 } };
  const samples = {
    client: [
      sample(9000, clientStats(before)),
      sample(10_000, clientStats({ answered: 10 + one + other, byServer })),
    ],
  };
  return evaluate('even', check, evidence({ samples, stepOpenedAt: 9000 }));
}

it('is the share of the server that gave the most, whichever that is', () => {
  expect(verdict(30, 70)).toMatchObject({
    state: 'pass',
    measured: 'backend-2 gave 70 of 100 answers (70 %)',
  });
  expect(verdict(70, 30)).toMatchObject({ state: 'pass' });
  expect(verdict(50, 50)).toMatchObject({ state: 'fail' });
  expect(verdict(20, 40)).toMatchObject({ state: 'waiting' });
});
