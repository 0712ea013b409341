import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { evidence, sample } from '../../../../support/evidence.ts';

const process = { node: 'store', startedAt: 0, at: 0, rssBytes: 0, cpuMicros: 0 };
const redis = (at: number, commands: number) =>
  sample(at, { role: 'redis', process, answers: true, figures: { commands } });

function verdict(check: object, now = 10_000) {
  const samples = { store: [redis(1000, 100), redis(3900, 120), redis(9000, 150)] };
  const full = { type: 'figure', node: 'store', figure: 'commands', ...check };
  return evaluate('step', checkSchema.parse(full), evidence({ samples, now, stepOpenedAt: 4000 }));
}

describe('figure', () => {
  it('judges what a store says now', () => {
    expect(verdict({ atLeast: 150, atMost: 150 })).toMatchObject({
      state: 'pass',
      measured: 'commands: 150',
    });
    expect(verdict({ atMost: 149 }).state).toBe('fail');
  });

  it('judges what it gained since the step opened', () => {
    expect(verdict({ of: 'gained', atLeast: 30 })).toMatchObject({
      state: 'pass',
      measured: 'commands gained: 30',
    });
    expect(verdict({ of: 'gained', atLeast: 31 }).state).toBe('fail');
  });

  it('counts from the first word since then where there was none before', () => {
    const samples = { store: [redis(5000, 120), redis(9000, 150)] };
    const check = {
      type: 'figure',
      node: 'store',
      figure: 'commands',
      of: 'gained',
      atLeast: 30,
      atMost: 30,
    };
    expect(evaluate('step', checkSchema.parse(check), evidence({ samples, stepOpenedAt: 4000 })).state).toBe(
      'pass',
    );
  });

  it('waits where nothing was said, or no such figure is told', () => {
    expect(verdict({}, 500).state).toBe('waiting');
    expect(verdict({ figure: 'nothing' }).state).toBe('waiting');
  });
});
