import type { RequestCounts } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import { finding, passIf } from './finding.ts';
import type { Finding, Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { serverErrors } from './outcomes.ts';
import { firstSampleSince, isBackend } from './since.ts';
import { percent } from './words.ts';

/** What the person answered, against what the counters say. The verdict speaks of the answer given, never of the right one. */
export const answer: Predicate<CheckOf<'answer'>> = (check, { evidence, step }) => {
  const given = evidence.answer(step);
  const { truth } = check;
  if ('equals' in truth) {
    const expected = 'the answer that fits what was seen';
    if (given === null) return finding('waiting', '', expected);
    return passIf(given === nodeOf(truth.equals, evidence), `you answered ${given}`, expected);
  }
  return judgeCulprit(truth.mostErrors, given, evidence);
};

function judgeCulprit(group: string, given: string | null, evidence: Evidence): Finding {
  const expected = `the ${group} with the most 5xx answers by its own count`;
  if (given === null) return finding('waiting', '', expected);
  const counted = evidence.group(group).map((node) => ({ node, ...errorsOf(node, evidence) }));
  const own = counted.find((one) => one.node === given);
  if (own === undefined) return finding('fail', `${given} is not one of ${group}`, expected);
  const others = counted.filter((one) => one !== own).map((one) => one.errors);
  if (own.errors === 0 && Math.max(0, ...others) === 0)
    return finding('waiting', 'no 5xx counted yet', expected);
  const measured = `${given} answered ${own.errors} of ${own.answered} requests with 5xx (${percent(own.errors, own.answered)})`;
  return passIf(own.errors > Math.max(0, ...others), measured, expected);
}

interface Errors {
  readonly errors: number;
  readonly answered: number;
}

/** Since the act began: an earlier act had its own culprit. */
function errorsOf(node: string, evidence: Evidence): Errors {
  const newest = evidence.stats(node);
  const last = newest === null ? null : isBackend(newest.stats);
  if (last === null) return { errors: 0, answered: 0 };
  const oldest = firstSampleSince(evidence, node, evidence.actBeganAt);
  const first = oldest === null ? null : isBackend(oldest.stats);
  const before = first?.process.startedAt === last.process.startedAt ? total(first.requests) : null;
  const now = total(last.requests);
  return { errors: now.errors - (before?.errors ?? 0), answered: now.answered - (before?.answered ?? 0) };
}

function total(requests: Readonly<Record<string, RequestCounts>>): Errors {
  const counts = Object.values(requests);
  return {
    errors: counts.reduce((sum, one) => sum + serverErrors(one.byStatus), 0),
    answered: counts.reduce((sum, one) => sum + one.answered, 0),
  };
}
