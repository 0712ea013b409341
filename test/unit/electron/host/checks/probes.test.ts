import { describe, expect, it } from 'vitest';
import type { ProgramEvent } from '../../../../../docker/protocol/events.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { evidence } from '../../../../support/evidence.ts';

/** One probe a second: `.` passed, `x` failed. */
function probesOf(results: string, target = 'backend-2'): ProgramEvent[] {
  return results.split('').map((result, index) => {
    const at = (index + 1) * 1000;
    const ok = result === '.';
    return { seq: index, at, type: 'probe', target, ok, code: ok ? 'L7OK' : 'L7STS' } as ProgramEvent;
  });
}

function verdict(expected: number, sample: number, results: string) {
  const check = checkSchema.parse({
    type: 'probes',
    balancer: 'balancer',
    target: 'backend-2',
    expected,
    sample,
  });
  const events = { balancer: [...probesOf('xxxxxxxx', 'backend-1'), ...probesOf(results)] };
  return evaluate('step', check, evidence({ events, now: 120_000 }));
}

describe('probes', () => {
  it('none failed: so many are waited for, and those of others do not count', () => {
    expect(verdict(0, 6, '.....').state).toBe('waiting');
    expect(verdict(0, 6, '......').state).toBe('pass');
  });

  it('none failed: a bad moment counts until as many good ones have followed', () => {
    expect(verdict(0, 6, '..x...').state).toBe('fail');
    expect(verdict(0, 6, '..x......')).toMatchObject({
      state: 'pass',
      measured: expect.stringMatching(/^0 of 6/) as string,
    });
  });

  it('all failed: the same', () => {
    expect(verdict(1, 3, '.xx').state).toBe('fail');
    expect(verdict(1, 3, '.xxx').state).toBe('pass');
  });

  it('a share is judged on all of them', () => {
    expect(verdict(0.5, 10, '.x'.repeat(20))).toMatchObject({
      measured: expect.stringMatching(/^20 of 40/) as string,
    });
    expect(verdict(0.5, 10, 'x'.repeat(30) + '...').state).toBe('fail');
  });
});
