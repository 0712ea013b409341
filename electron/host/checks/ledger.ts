import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';

/** All witnesses agree to the unit. */
export const ledger: Predicate<CheckOf<'ledger'>> = (_check, { evidence }) => {
  const expected = 'a difference of 0 between all witnesses';
  const difference = evidence.ledgerDifference;
  if (difference === null) return finding('waiting', '', expected);
  return passIf(difference === 0, `a difference of ${difference}`, expected);
};
