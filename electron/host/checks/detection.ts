import type { CheckOf } from '../../../labs/checks.ts';
import type { ActOfHand, Evidence } from './evidence.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { bothTimes } from './words.ts';

/** Two clocks are read, the host's for the cause and the balancer's for the event, each to a turn of its event loop. */
const readingMs = 50;

/** Eviction or return of a target, timed from the act that caused it, inside the window that the settings predict. */
export const detection: Predicate<CheckOf<'detection'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const node = nodeOf(check.target, evidence);
  const window = windowOf(check, balancer, node, evidence);
  const stated = (ms: number) => bothTimes(ms, evidence.scale);
  const verb = check.event === 'evicted' ? 'leaves' : 'returns';
  const expected =
    window === null
      ? `${called(check.target)} ${verb}`
      : `${called(check.target)} ${verb} ${stated(window[0])} to ${stated(window[1])} after the change (clocks read to ${readingMs} ms)`;
  const causes = causesOf(check, balancer, node, evidence);
  const seen = transition(check, balancer, node, causes, evidence);
  if (seen !== null && window !== null) {
    const ms = seen.at - seen.cause;
    const inside = ms >= window[0] - readingMs && ms <= window[1] + readingMs;
    return passIf(inside, `${check.event} after ${stated(ms)}`, expected);
  }
  const last = causes.findLast((at) => at >= evidence.stepOpenedAt);
  if (last === undefined) return finding('waiting', '', expected);
  const since = evidence.now - last;
  const late = window !== null && since > window[1] + readingMs;
  return finding(late ? 'fail' : 'waiting', `not yet, ${stated(since)} after the change`, expected);
};

function windowOf(
  check: CheckOf<'detection'>,
  balancer: string,
  node: string,
  evidence: Evidence,
): readonly [number, number] | null {
  if (check.withinMs !== undefined) {
    const [low, high] = check.withinMs;
    return [low / evidence.scale, high / evidence.scale];
  }
  const prediction = evidence.prediction(balancer, node);
  return check.event === 'evicted' ? (prediction?.down ?? null) : (prediction?.up ?? null);
}

/** When, in this act, someone made a change that could cause it: the check's settings, or the fault going on or off. */
function causesOf(
  check: CheckOf<'detection'>,
  balancer: string,
  node: string,
  evidence: Evidence,
): readonly number[] {
  const could = (act: ActOfHand) =>
    check.cause === 'settings'
      ? act.kind === 'settings' && act.node === balancer && touchesCheck(act.paths)
      : act.kind === 'fault' && act.node === node && act.on === (check.event === 'evicted');
  return evidence.acts.filter((act) => act.at >= evidence.actBeganAt && could(act)).map((act) => act.at);
}

/**
 * The newest such transition of this act, with the last change before it. Someone who was ahead of the guide need not
 * do it again, and a further setting turned after the eviction takes nothing away from it.
 */
function transition(
  check: CheckOf<'detection'>,
  balancer: string,
  node: string,
  causes: readonly number[],
  evidence: Evidence,
): { readonly at: number; readonly cause: number } | null {
  const to = check.event === 'evicted' ? 'unhealthy' : 'healthy';
  const event = evidence
    .events(balancer, evidence.actBeganAt)
    .findLast((one) => one.type === 'health' && one.target === node && one.to === to);
  const cause = event === undefined ? undefined : causes.findLast((at) => at <= event.at + readingMs);
  return event === undefined || cause === undefined ? null : { at: event.at, cause };
}

function touchesCheck(paths: readonly string[]): boolean {
  return paths.some((path) => path === 'healthCheck' || path.startsWith('healthCheck.'));
}
