import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { routeSinceStep } from './route-counts.ts';

/** Whether requests took a route of a proxy since the step opened. */
export const routed: Predicate<CheckOf<'routed'>> = (check, { evidence }) => {
  const proxy = nodeOf(check.balancer, evidence);
  const span = routeSinceStep(evidence, proxy, check.route);
  const taken = check.group === undefined ? span?.requests : span?.byGroup[check.group];
  const count = check.mirrored ? span?.mirrored : taken;
  const where = check.mirrored
    ? ' copied and answered'
    : check.group === undefined
      ? ''
      : ` to ${check.group}`;
  const expected = `at least ${check.atLeast} by route ${check.route}${where}`;
  const measured = span === null ? '' : `${count ?? 0} by route ${check.route}${where}`;
  return finding((count ?? 0) >= check.atLeast ? 'pass' : 'waiting', measured, expected);
};
