import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf, nodesOf } from './names.ts';
import { bothTimes } from './words.ts';

/** A fault is told once it has taken hold: on a busy machine its first victim may have been told before it. */
const toldLateMs = 1000;

type Change = ProgramEvent & { type: 'health' };

/** Each target's first such change since somebody last touched it, as the one and as the other balancer told of it. */
export const agrees: Predicate<CheckOf<'agrees'>> = (check, { evidence }) => {
  const names = [nodeOf(check.balancer, evidence), nodeOf(check.with, evidence)] as const;
  const targets = nodesOf(check.targets, evidence);
  const limit = check.withinMs / evidence.scale;
  const verb = check.event === 'evicted' ? 'let go' : 'take back';
  const expected = `${check.balancer} and ${check.with} ${verb} each of ${check.targets} for the same reason, at most ${bothTimes(limit, evidence.scale)} apart`;
  const pairs = targets.map((target) => ({
    target,
    one: firstChange(evidence, names[0], target, check.event),
    other: firstChange(evidence, names[1], target, check.event),
  }));
  const both = pairs.flatMap(({ target, one, other }) =>
    one === null || other === null ? [] : [{ target, one, other }],
  );
  const measured = both.map((pair) => inWords(pair, evidence.scale)).join(', ');
  const differ = both.some(
    ({ one, other }) => one.code !== other.code || Math.abs(one.at - other.at) > limit,
  );
  if (differ) return finding('fail', measured, expected);
  return finding(
    targets.length > 0 && both.length === targets.length ? 'pass' : 'waiting',
    measured,
    expected,
  );
};

function firstChange(
  evidence: Evidence,
  balancer: string,
  target: string,
  event: 'evicted' | 'returned',
): Change | null {
  const to = event === 'evicted' ? 'unhealthy' : 'healthy';
  const found = evidence
    .events(balancer, touchedAt(evidence, target))
    .find((one): one is Change => one.type === 'health' && one.target === target && one.to === to);
  return found ?? null;
}

/** Of a group that is hit node by node, the first may be gone before the last was touched. */
function touchedAt(evidence: Evidence, target: string): number {
  const last = evidence.acts.findLast(
    (act) => (act.kind === 'fault' || act.kind === 'power') && act.node === target,
  );
  return Math.max(evidence.stepOpenedAt, (last?.at ?? 0) - toldLateMs);
}

function inWords(
  { target, one, other }: { readonly target: string; readonly one: Change; readonly other: Change },
  scale: number,
): string {
  const reason = one.code === other.code ? `${one.code} both` : `${one.code} and ${other.code}`;
  return `${target}: ${reason}, ${bothTimes(Math.abs(one.at - other.at), scale)} apart`;
}
