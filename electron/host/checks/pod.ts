import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf, nodesOf } from './names.ts';
import { isKubelet } from './since.ts';

/** What a kubelet holds a pod to be, or every pod of a group. */
export const pod: Predicate<CheckOf<'pod'>> = (check, { evidence }) => {
  const kubelet = nodeOf(check.kubelet, evidence);
  const sample = evidence.stats(kubelet);
  const stats = sample === null ? null : isKubelet(sample.stats);
  const names = nodesOf(check.pod, evidence);
  const seen = names.flatMap((name) => {
    const one = stats?.pods[name];
    return one === undefined ? [] : [{ name, ...one }];
  });
  const expected = `${check.pod} ${check.ready ? 'ready' : 'not ready'} by ${kubelet}`;
  // A sample from before the step says nothing of what was done in it.
  if (sample === null || sample.at < evidence.stepOpenedAt || seen.length < names.length)
    return finding('waiting', '', expected);
  const measured = seen.map(
    ({ name, ready, phase }) => `${name} is ${ready ? 'ready' : `not ready (${phase})`}`,
  );
  return passIf(
    seen.every(({ ready }) => ready === check.ready),
    measured.join(', '),
    expected,
  );
};
