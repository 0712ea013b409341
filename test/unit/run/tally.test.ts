import { expect, it } from 'vitest';
import { fail, lastLine, pass, skip, sum } from '../../run/tally.ts';

it('adds up and says so in the one form', () => {
  const total = sum([pass(), pass(), fail('a broke'), skip('b: no Docker')]);
  expect(lastLine(total)).toBe('2 passed, 1 failed, 1 skipped');
  expect(total.failures).toEqual(['a broke']);
  expect(total.notRun).toEqual(['b: no Docker']);
  expect(lastLine(sum([]))).toBe('0 passed, 0 failed, 0 skipped');
});
