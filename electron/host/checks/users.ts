import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { judgeProportion } from './proportion.ts';
import { clientSpan, judgedSince, lastPart } from './since.ts';
import type { Span } from './since.ts';

/**
 * The share of users for whom everything went wrong, lately or since the step opened or a change was made. Where some
 * are expected, nobody else may have been hurt now and then: always the same users is the claim.
 */
export const users: Predicate<CheckOf<'users'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const whole = clientSpan(evidence, client, judgedSince(evidence));
  const judgeable = (span: Span<ClientStats>) =>
    perUser(span).filter((user) => user.ok + user.bad >= check.requestsEach);
  const recent = whole === null ? [] : judgeable(lastPart(whole, check.seconds * 1000, client, evidence));
  const seen = whole === null || recent.length >= check.sample ? recent : judgeable(whole);
  const always = seen.filter((user) => user.ok === 0).length;
  const sometimes = seen.filter((user) => user.ok > 0 && user.bad > 0).length;
  const judged = judgeProportion(
    { hits: always, n: seen.length, what: `of ${client}'s users failed every time` },
    check,
  );
  if (sometimes === 0 || check.expected === 0) return judged;
  const measured = `${judged.measured}; ${sometimes} failed some of the time`;
  return finding(judged.state === 'waiting' ? 'waiting' : 'fail', measured, judged.expected);
};

interface UserCounts {
  readonly ok: number;
  readonly bad: number;
}

function perUser({ first, last }: Span<ClientStats>): readonly UserCounts[] {
  const before = new Map(first.perUser.map((user) => [user.user, user]));
  return last.perUser.map(({ user, ok, bad }) => {
    const old = before.get(user);
    return { ok: ok - (old?.ok ?? 0), bad: bad - (old?.bad ?? 0) };
  });
}
