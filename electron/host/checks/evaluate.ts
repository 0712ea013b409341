import type { Check } from '../../../labs/checks.ts';
import type { Verdict } from '../../contract/guide.ts';
import type { Evidence } from './evidence.ts';
import { judge } from './judge.ts';

/** The verdict of one step's check at this moment. `id` is the step's own. Pure: the same evidence, the same verdict. */
export function evaluate(id: string, check: Check, evidence: Evidence): Verdict {
  return { check: id, ...judge(check, { evidence, step: id }), at: evidence.now };
}
