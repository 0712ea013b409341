import type { CheckOf } from '../../../labs/checks.ts';
import type { Crossing } from '../capture/crossing.ts';
import { capturedSpan } from './captured-span.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called } from './names.ts';
import { judgedSince } from './since.ts';

/** A packet does not change: what a pattern found in it is remembered for as long as the packet is. */
const found = new Map<string, WeakMap<Crossing, boolean>>();
const mostPatterns = 50;

/** Whether anyone who looks at this wire can read it. */
export const capturedText: Predicate<CheckOf<'captured-text'>> = (check, { evidence }) => {
  const { crossings, watchedSince } = capturedSpan(check, evidence, judgedSince(evidence));
  const place = `the packets at ${called(check.at)}`;
  const expected = check.seen
    ? `${check.matches} readable in ${place}`
    : `${check.matches} nowhere in ${place}`;
  if (watchedSince === null) return finding('waiting', 'nothing is captured there', expected);
  const data = crossings.filter(({ frame }) => frame.payload.length > 0);
  const hits = data.filter((crossing) => holds(crossing, check.matches)).length;
  const measured = `readable in ${hits} of ${data.length} packets with data`;
  if (hits > 0) return passIf(check.seen, measured, expected);
  if (check.seen || data.length < check.sample) return finding('waiting', measured, expected);
  return finding('pass', measured, expected);
};

function holds(crossing: Crossing, pattern: string): boolean {
  let known = found.get(pattern);
  if (known === undefined) {
    if (found.size >= mostPatterns) found.clear();
    known = new WeakMap();
    found.set(pattern, known);
  }
  const before = known.get(crossing);
  if (before !== undefined) return before;
  const matches = new RegExp(pattern, 'm').test(crossing.frame.payload.toString('latin1'));
  known.set(crossing, matches);
  return matches;
}
