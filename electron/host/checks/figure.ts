import type { CheckOf } from '../../../labs/checks.ts';
import type { StoreStats } from '../../../docker/protocol/stats.ts';
import type { Evidence, Sample } from './evidence.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { firstSampleSince, judgedSince } from './since.ts';

/** One figure of a real store, as the store itself counts it. */
export const figure: Predicate<CheckOf<'figure'>> = (check, { evidence }) => {
  const node = nodeOf(check.node, evidence);
  const what = check.of === 'gained' ? `${check.figure} gained` : check.figure;
  const bound =
    check.atMost === undefined ? `at least ${check.atLeast}` : `${check.atLeast} to ${check.atMost}`;
  const expected = `${what} at ${called(check.node)}: ${bound}`;
  const value =
    check.of === 'gained' ? gained(check, node, evidence) : figureIn(evidence.stats(node), check.figure);
  if (value === null) return finding('waiting', '', expected);
  const good = value >= check.atLeast && (check.atMost === undefined || value <= check.atMost);
  return passIf(good, `${what}: ${value}`, expected);
};

function gained(check: CheckOf<'figure'>, node: string, evidence: Evidence): number | null {
  const last = figureIn(evidence.stats(node), check.figure);
  const since = judgedSince(evidence);
  // The last word before it: what is done at once would be in the first word after it already.
  const first = figureIn(
    evidence.stats(node, since) ?? firstSampleSince(evidence, node, since),
    check.figure,
  );
  return first === null || last === null ? null : last - first;
}

function figureIn(sample: Sample | null, name: string): number | null {
  if (sample === null || !('figures' in sample.stats)) return null;
  const { figures }: StoreStats = sample.stats;
  return figures[name] ?? null;
}
