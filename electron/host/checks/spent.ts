import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import { clientSpan, isClient } from './since.ts';
import type { Span } from './since.ts';
import type { ClientStats } from '../../../docker/protocol/stats.ts';
import { duration } from './words.ts';

/** A budget of errors for one fault, from the moment it was switched on: how much of it is gone. */
export const spent: Predicate<CheckOf<'spent'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const expected = `at most ${check.atMost} of ${client}'s requests go wrong from the fault at ${called(check.node)} on`;
  const since = switchedOn(nodeOf(check.node, evidence), check.fault, evidence);
  const span = since === null ? null : spanFrom(client, since, evidence);
  if (since === null || span === null) return finding('waiting', '', expected);
  const { failures, answers5xx } = outcomes(span);
  const bad = failures + answers5xx;
  const measured = `${bad} went wrong in ${duration(evidence.now - since)}, of a budget of ${check.atMost}`;
  return finding(bad <= check.atMost ? 'pass' : 'fail', measured, expected);
};

/** When the fault that is on now came on: a change of its settings later on is the same fault. */
function switchedOn(node: string, fault: string, evidence: Evidence): number | null {
  const acts = evidence.acts.filter(
    (act) =>
      act.kind === 'fault' && act.node === node && act.fault === fault && act.at >= evidence.actBeganAt,
  );
  const lastOff = acts.findLastIndex((act) => act.kind === 'fault' && !act.on);
  return acts[lastOff + 1]?.at ?? null;
}

/** From the last reading before it, so that not one is forgotten. */
function spanFrom(client: string, since: number, evidence: Evidence): Span<ClientStats> | null {
  const before = evidence.stats(client, since);
  if (before === null || isClient(before.stats) === null) return null;
  return clientSpan(evidence, client, before.at);
}
