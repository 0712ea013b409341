import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import type { ActOfHand, Evidence } from './evidence.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { duration } from './words.ts';

/** Two clocks are read, the host's for the cause and the balancer's for the event, each to a turn of its event loop. */
const readingMs = 50;

/** Eviction or return of a target, timed from the act that caused it, inside the window that the settings predict. */
export const detection: Predicate<CheckOf<'detection'>> = (check, { evidence }) => {
  const balancer = nodeOf(check.balancer, evidence);
  const node = nodeOf(check.target, evidence);
  const window = windowOf(check, balancer, node, evidence);
  const verb = check.event === 'evicted' ? 'leaves' : 'returns';
  const expected =
    window === null
      ? `${check.target} ${verb}`
      : `${check.target} ${verb} ${duration(window[0])} to ${duration(window[1])} after the change (clocks read to ${readingMs} ms)`;
  const cause = causeOf(check, balancer, node, evidence);
  if (cause === undefined) return finding('waiting', '', expected);
  const event = transitionAfter(cause, check, balancer, node, evidence);
  if (event === undefined || window === null) {
    const late = window !== null && evidence.now - cause.at > window[1] + readingMs;
    return finding(
      late ? 'fail' : 'waiting',
      `not yet, ${duration(evidence.now - cause.at)} after the change`,
      expected,
    );
  }
  const ms = event.at - cause.at;
  const inside = ms >= window[0] - readingMs && ms <= window[1] + readingMs;
  return passIf(inside, `${check.event} after ${duration(ms)}`, expected);
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

/**
 * The last change by hand that could have caused it: the check's settings, or the fault going on or off. Someone who
 * was ahead of the guide and made the change before this step need not make it again, if it did what it should.
 */
function causeOf(
  check: CheckOf<'detection'>,
  balancer: string,
  node: string,
  evidence: Evidence,
): ActOfHand | undefined {
  const could = evidence.acts.filter((act) =>
    check.cause === 'settings'
      ? act.kind === 'settings' && act.node === balancer && touchesCheck(act.paths)
      : act.kind === 'fault' && act.node === node && act.on === (check.event === 'evicted'),
  );
  const inStep = could.findLast((act) => act.at >= evidence.stepOpenedAt);
  if (inStep !== undefined) return inStep;
  const worked = (act: ActOfHand) => transitionAfter(act, check, balancer, node, evidence) !== undefined;
  return could.findLast((act) => act.at >= evidence.actBeganAt && worked(act));
}

function transitionAfter(
  cause: ActOfHand,
  check: CheckOf<'detection'>,
  balancer: string,
  node: string,
  evidence: Evidence,
): ProgramEvent | undefined {
  const to = check.event === 'evicted' ? 'unhealthy' : 'healthy';
  return evidence
    .events(balancer, cause.at - readingMs)
    .find((event) => event.type === 'health' && event.target === node && event.to === to);
}

function touchesCheck(paths: readonly string[]): boolean {
  return paths.some((path) => path === 'healthCheck' || path.startsWith('healthCheck.'));
}
