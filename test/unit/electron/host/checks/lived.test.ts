import { expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const none = { opened: 40, open: 40, unanswered: 0, moved: 40, lived: 0, lost: 40, overTcp: 0 };

function verdict(
  expected: number,
  latest: { at: number; moved: number; lived: number; lost: number } | null,
) {
  const check = checkSchema.parse({ type: 'lived', client: 'phones', expected, sample: 30 });
  const samples = { phones: [sample(9000, clientStats({ quic: { ...none, latest } }))] };
  return evaluate('move', check, evidence({ samples, stepOpenedAt: 1000 })).state;
}

it('judges the last change of network alone, and only in the step that it was made in', () => {
  expect(verdict(1, { at: 5000, moved: 40, lived: 40, lost: 0 })).toBe('pass');
  expect(verdict(1, { at: 5000, moved: 40, lived: 39, lost: 1 })).toBe('fail');
  expect(verdict(0.3333, { at: 5000, moved: 40, lived: 13, lost: 27 })).toBe('pass');
  expect(verdict(0.3333, { at: 5000, moved: 40, lived: 40, lost: 0 })).toBe('fail');
  expect(verdict(1, { at: 900, moved: 40, lived: 40, lost: 0 })).toBe('waiting');
  expect(verdict(1, null)).toBe('waiting');
});

it('waits for the last fate: who lives is known sooner than who is lost', () => {
  expect(verdict(1, { at: 5000, moved: 40, lived: 35, lost: 0 })).toBe('waiting');
});
