import type { Check } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import { judge } from './judge.ts';

/** What a check expects, in words, where nothing runs and nothing was measured. */
export function expectation(check: Check): string {
  return judge(check, { evidence: nothing, step: '' }).expected;
}

const nothing: Evidence = {
  now: 0,
  stepOpenedAt: 0,
  actBeganAt: 0,
  scale: 1,
  group: () => [],
  picked: () => undefined,
  stats: () => null,
  events: () => [],
  settings: () => null,
  prediction: () => null,
  acts: [],
  answer: () => null,
  predicted: () => null,
  captured: null,
  ledgerDifference: null,
};
