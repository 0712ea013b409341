import type { CheckOf } from '../../../labs/checks.ts';
import type { Conversation } from '../capture/conversation.ts';
import { since } from './captured-span.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodesOf } from './names.ts';
import { judgedSince } from './since.ts';

/**
 * Two looks at one connection, or at two: what a packet forwarder passes on keeps its sequence numbers, what a proxy
 * opens has its own.
 */
export const capturedSame: Predicate<CheckOf<'captured-same'>> = (check, { evidence }) => {
  const expected = `connections at ${called(check.left)} and ${called(check.right)} ${
    check.same ? 'are the same ones, by their sequence numbers' : 'have sequence numbers of their own'
  }`;
  const { captured } = evidence;
  if (captured === null) return finding('waiting', 'nothing is captured', expected);
  const left = nodesOf(check.left, evidence);
  const right = nodesOf(check.right, evidence);
  const opened = since(captured, judgedSince(evidence))
    .filter(({ marks }) => marks.has('established'))
    .flatMap(({ conversation }) => conversation ?? []);
  const pairs = opened
    .filter((one) => left.includes(one.client.node ?? '') && left.some((node) => one.seenAt.has(node)))
    .flatMap((one) => {
      const other = counterpart(one, right);
      return other === null ? [] : [one.sides.client.origin === other.sides.client.origin];
    });
  const equal = pairs.filter((same) => same).length;
  const measured = `of ${pairs.length} pairs, ${equal} have the same sequence numbers`;
  if (pairs.length < check.sample) return finding('waiting', measured, expected);
  const holds = check.same ? equal === pairs.length : equal === 0;
  return finding(holds ? 'pass' : 'fail', measured, expected);
};

/** The same connection as the other node saw it, or the one that carries it on there. */
function counterpart(one: Conversation, nodes: readonly string[]): Conversation | null {
  const seen = (conversation: Conversation): boolean => nodes.some((node) => conversation.seenAt.has(node));
  if (seen(one)) return one;
  return one.links.map(({ other }) => other).find(seen) ?? null;
}
