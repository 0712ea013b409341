import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { isBalancer } from './since.ts';

/** How many of a balancer's targets it holds to be in one state. */
export const targets: Predicate<CheckOf<'targets'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const sample = evidence.stats(balancer);
  const stats = sample === null ? null : isBalancer(sample.stats);
  const all = Object.values(stats?.targets ?? {});
  const wanted = check.count === 'all' ? all.length : check.count;
  const expected = `${check.count} targets ${check.state} at ${balancer}`;
  if (stats === null || all.length === 0) return finding('waiting', '', expected);
  const hits = all.filter((target) => target.state === check.state).length;
  return passIf(hits === wanted, `${hits} of ${all.length} targets ${check.state}`, expected);
};
