import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';
import { isBackend } from './since.ts';

/** Whether a fault is on, by the backend's own word. */
export const fault: Predicate<CheckOf<'fault'>> = (check, { evidence }) => {
  const sample = evidence.stats(nodeOf(check.node, evidence));
  const stats = sample === null ? null : isBackend(sample.stats);
  const expected = `${check.fault} ${onOff(check.on)} at ${called(check.node)}`;
  if (stats === null) return finding('waiting', '', expected);
  const on = stats.faults.some((one) => one.name === check.fault);
  return passIf(on === check.on, `${check.fault} is ${onOff(on)}`, expected);
};

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}
