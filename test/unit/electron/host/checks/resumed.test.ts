import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({
  type: 'resumed',
  node: 'proxy',
  with: 'clients',
  atLeast: 0.9,
  sample: 50,
});

const shaken = (full: number, resumed: number) => ({
  ...balancerStats({}),
  tls: { on: true, shows: [], full, resumed, failed: {} },
});

function verdict(full: number, resumed: number) {
  const samples = { proxy: [sample(0, shaken(500, 0)), sample(5000, shaken(500 + full, resumed))] };
  return evaluate('resumed', check, evidence({ now: 5000, samples }));
}

describe('resumed', () => {
  it('counts the handshakes since the last change alone', () => {
    expect(verdict(5, 95)).toMatchObject({
      state: 'pass',
      measured: expect.stringContaining('95 of 100') as string,
    });
    expect(verdict(95, 5).state).toBe('fail');
  });

  it('waits for a sample, and for a node that has shaken hands at all', () => {
    expect(verdict(0, 20).state).toBe('waiting');
    const mute = evidence({ now: 5000, samples: { proxy: [sample(0, balancerStats({}))] } });
    expect(evaluate('resumed', check, mute).state).toBe('waiting');
  });
});
