import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({
  type: 'served',
  client: 'client',
  server: '$cold',
  atLeast: 0.02,
  atMost: 0.2,
  sample: 100,
});

function verdict(cold: Readonly<Record<string, number>>, answered: number) {
  const first = clientStats({ answered: 50, byStatus: { 200: 50 }, byServer: { 'backend-2': { 200: 7 } } });
  const last = clientStats({
    answered: 50 + answered,
    byStatus: { 200: 50 + answered },
    byServer: { 'backend-1': { 200: answered }, 'backend-2': cold },
  });
  const samples = { client: [sample(9000, first), sample(10_000, last)] };
  return evaluate('ramp', check, evidence({ samples, picked: { cold: 'backend-2' }, stepOpenedAt: 9000 }));
}

describe('served', () => {
  it('is one server’s share of the answers since the step opened, whatever their status', () => {
    expect(verdict({ 200: 15, 503: 2 }, 100)).toMatchObject({
      state: 'pass',
      measured: 'the cold gave 10 of 100 answers (10 %)',
    });
  });

  it('fails below and above its bounds', () => {
    expect(verdict({ 200: 8 }, 100).state).toBe('fail');
    expect(verdict({ 200: 28 }, 100).state).toBe('fail');
  });

  it('waits for a sample', () => {
    expect(verdict({ 200: 17 }, 99).state).toBe('waiting');
  });
});
