import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence, Sample } from './evidence.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { firstSampleSince, isBalancer, judgedSince } from './since.ts';

/** How an L4 balancer's connections ended, by its own count: nobody else knows why it let one go. */
export const ended: Predicate<CheckOf<'ended'>> = (check, { evidence }) => {
  const { how, atLeast, atMost, seconds } = check;
  const balancer = nodeOf(check.balancer, evidence);
  const bounds = atMost === undefined ? `at least ${atLeast}` : `${atLeast} to ${atMost}`;
  const within = seconds === undefined ? '' : ` in ${seconds} s`;
  const expected = `${bounds} connections ended by "${how}"${within}`;
  const first =
    seconds === undefined ? fromTheStart(evidence, balancer) : lately(evidence, balancer, seconds);
  const last = evidence.stats(balancer);
  const count = first === null || last === null ? null : between(first, last, how);
  if (count === null) return finding('waiting', '', expected);
  const measured = `${count} connections ended by "${how}"${within}`;
  if (atMost !== undefined && count > atMost) return finding('fail', measured, expected);
  return finding(count >= atLeast ? 'pass' : 'waiting', measured, expected);
};

/**
 * The last sample from before the step, a quarter of a second early at most: what ends at once, as the step's own act is
 * done, would otherwise fall before the first sample and be missed.
 */
function fromTheStart(evidence: Evidence, balancer: string): Sample | null {
  return evidence.stats(balancer, evidence.stepOpenedAt);
}

/** Null until that much time has been watched since the last change. */
function lately(evidence: Evidence, balancer: string, seconds: number): Sample | null {
  const from = evidence.now - seconds * 1000;
  return from < judgedSince(evidence) ? null : firstSampleSince(evidence, balancer, from);
}

function between(first: Sample, last: Sample, how: CheckOf<'ended'>['how']): number | null {
  const [before, after] = [isBalancer(first.stats), isBalancer(last.stats)];
  // A program that started anew counts from zero: before and after do not subtract.
  if (before === null || before.process.startedAt !== after?.process.startedAt) return null;
  const count = ({ ended: ends, blocked }: typeof before) => ({ ...ends, ...blocked })[how] ?? 0;
  return count(after) - count(before);
}
