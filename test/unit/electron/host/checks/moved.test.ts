import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = (expected: number) => checkSchema.parse({ type: 'moved', client: 'client', expected });
const change = { kind: 'settings', node: 'l4', at: 5000, paths: ['targets'] } as const;

/** A hundred users; each line says what they had got, and from whom. */
function users(ok: number, server: (user: number) => string | null) {
  const perUser = Array.from({ length: 100 }, (_, i) => ({
    user: `u${i + 1}`,
    ok,
    bad: 0,
    server: server(i),
  }));
  return clientStats({ answered: ok * 100, perUser });
}

function verdict(expected: number, moved: number, freshAnswers = 3) {
  const old = () => 'backend-1';
  const samples = {
    client: [
      sample(4900, users(10, old)),
      sample(5200, users(11, old)),
      sample(
        9000,
        users(11 + freshAnswers, (i) => (i < moved ? 'backend-2' : 'backend-1')),
      ),
    ],
  };
  const written = { samples, stepOpenedAt: 1000, acts: [change], now: 10_000 };
  return evaluate('move', check(expected), evidence(written));
}

describe('moved', () => {
  it('counts users who are answered by another server than before the change', () => {
    expect(verdict(0.9, 88)).toMatchObject({ state: 'pass' });
    expect(verdict(0.9, 10)).toMatchObject({ state: 'fail' });
    expect(verdict(0.1, 11)).toMatchObject({ state: 'pass' });
    expect(verdict(0.1, 60)).toMatchObject({ state: 'fail' });
    expect(verdict(0, 0)).toMatchObject({ state: 'pass' });
    expect(verdict(0, 1)).toMatchObject({ state: 'fail' });
  });

  it('waits until each has had answers that were asked for after the change', () => {
    expect(verdict(0.9, 88, 1)).toMatchObject({ state: 'waiting' });
  });
});
