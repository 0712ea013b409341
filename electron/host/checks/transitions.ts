import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { judgedSince } from './since.ts';
import { duration } from './words.ts';

/** How often a balancer let a target go or took it back, one by one from its own events. */
export const transitions: Predicate<CheckOf<'transitions'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const target = nodeOf(check.target, evidence);
  const { atLeast, atMost } = check;
  const since = judgedSince(evidence);
  const longest = check.seconds * 1000;
  const from = Math.max(since, evidence.now - longest);
  const seen = evidence
    .events(balancer, from)
    .filter((event) => event.type === 'health' && event.target === target).length;
  const expected = `${called(check.target)} comes or goes ${times(atLeast, atMost)} in ${check.seconds} s`;
  const measured = `${seen} times in ${duration(evidence.now - from)}`;
  const whole = evidence.now - since >= longest;
  if (atMost !== undefined && seen > atMost) return finding('fail', measured, expected);
  if (seen < atLeast) return finding(whole ? 'fail' : 'waiting', measured, expected);
  return finding(atMost === undefined || whole ? 'pass' : 'waiting', measured, expected);
};

function times(atLeast: number, atMost: number | undefined): string {
  if (atMost === undefined) return `at least ${atLeast} times`;
  if (atMost === 0) return 'not once';
  return atLeast === 0 ? `at most ${atMost} times` : `${atLeast} to ${atMost} times`;
}
