import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence, Sample } from './evidence.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf, nodesOf } from './names.ts';
import { firstSampleSince, isKubelet } from './since.ts';
import { duration } from './words.ts';

/** How often a kubelet started containers anew: since the step opened, or with an upper bound in the last so many seconds. */
export const restarts: Predicate<CheckOf<'restarts'>> = (check, { evidence }) => {
  const { atLeast, atMost } = check;
  const kubelet = nodeOf(check.kubelet, evidence);
  const expected = `${check.pod} restarts ${bounds(check)}`;
  const longest = check.seconds * 1000;
  const since = atMost === undefined ? evidence.stepOpenedAt : lastChange(evidence, kubelet);
  const from = atMost === undefined ? since : Math.max(since, evidence.now - longest);
  const names = nodesOf(check.pod, evidence);
  const first = count(firstSampleSince(evidence, kubelet, from), names);
  const last = count(evidence.stats(kubelet), names);
  if (first === null || last?.startedAt !== first.startedAt) return finding('waiting', '', expected);
  const seen = last.total - first.total;
  const measured = `${seen} in ${duration(evidence.now - from)}`;
  if (atMost !== undefined && seen > atMost) return finding('fail', measured, expected);
  const whole = atMost === undefined || evidence.now - since >= longest;
  if (seen < atLeast) return finding('fail', measured, expected);
  return finding(whole ? 'pass' : 'waiting', measured, expected);
};

/** The probes' own settings decide here; what the kubelet publishes to a balancer is its work, and no change of hand. */
function lastChange(evidence: Evidence, kubelet: string): number {
  const changes = evidence.acts
    .filter((act) => act.kind === 'settings' && act.node === kubelet)
    .map(({ at }) => at);
  return Math.max(evidence.stepOpenedAt, ...changes);
}

function count(sample: Sample | null, names: readonly string[]) {
  const stats = sample === null ? null : isKubelet(sample.stats);
  if (stats === null) return null;
  const total = names.reduce((sum, name) => sum + (stats.pods[name]?.restarts ?? 0), 0);
  return { total, startedAt: stats.process.startedAt };
}

function bounds({ atLeast, atMost, seconds }: CheckOf<'restarts'>): string {
  if (atMost === undefined) return `at least ${atLeast} times`;
  const most = atMost === 0 ? 'not once' : `at most ${atMost} times`;
  return `${atLeast > 0 ? `at least ${atLeast} times, ` : ''}${most} in ${seconds} s`;
}
