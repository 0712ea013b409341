import type { CheckOf } from '../../../labs/checks.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { firstSampleSince, isClient, judgedSince } from './since.ts';

/** One answer may have been under way when the change was made; the second was asked for after it. */
const freshAnswers = 2;

/** Users whose last answer came from one server before a change, and from another since. */
export const moved: Predicate<CheckOf<'moved'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const since = judgedSince(evidence);
  const users = (sample: ReturnType<typeof evidence.stats>) =>
    new Map((sample === null ? [] : (isClient(sample.stats)?.perUser ?? [])).map((one) => [one.user, one]));
  const before = users(evidence.stats(client, since));
  const changed = users(firstSampleSince(evidence, client, since));
  const now = users(evidence.stats(client));
  const judged = [...now.values()].flatMap(({ user, ok, server }) => {
    const old = before.get(user)?.server ?? null;
    const fresh = ok - (changed.get(user)?.ok ?? Infinity);
    return old === null || server === null || fresh < freshAnswers ? [] : [old !== server];
  });
  const hits = judged.filter((other) => other).length;
  const what = `of ${client}'s users are answered by another server than before`;
  return judgeProportion({ hits, n: judged.length, what }, check);
};
