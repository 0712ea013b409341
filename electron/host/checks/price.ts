import type { CheckOf } from '../../../labs/checks.ts';
import type { Evidence } from './evidence.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { outcomes } from './outcomes.ts';
import { clientSpan, judgedSince, nodeSpan } from './since.ts';

/** Processor time for each request, of one node beside another; what both spend on being watched is in both. */
export const price: Predicate<CheckOf<'price'>> = (check, { evidence }) => {
  const node = nodeOf(check.node, evidence);
  const than = nodeOf(check.than.node, evidence);
  const atMost = check.atMost === undefined ? '' : ` and at most ${check.atMost}`;
  const expected = `a request costs ${node} at least ${check.atLeast}${atMost} times the processor time that it costs ${than}`;
  const one = costOf(node, nodeOf(check.client, evidence), evidence);
  const other = costOf(than, nodeOf(check.than.client, evidence), evidence);
  if (one === null || other === null || one.requests === 0 || other.requests === 0) {
    return finding('waiting', '', expected);
  }
  const [micros, otherMicros] = [one.micros / one.requests, other.micros / other.requests];
  const ratio = otherMicros === 0 ? 0 : micros / otherMicros;
  const measured = `${node} ${words(micros)}, ${than} ${words(otherMicros)} a request: ${ratio.toFixed(1)} times, over ${Math.min(one.requests, other.requests)} requests`;
  if (Math.min(one.requests, other.requests) < check.sample || otherMicros === 0) {
    return finding('waiting', measured, expected);
  }
  return passIf(ratio >= check.atLeast && ratio <= (check.atMost ?? Infinity), measured, expected);
};

function costOf(
  node: string,
  client: string,
  evidence: Evidence,
): { readonly micros: number; readonly requests: number } | null {
  const from = judgedSince(evidence);
  const span = nodeSpan(evidence, node, from, (stats) => stats);
  const load = clientSpan(evidence, client, from);
  if (span === null || load === null) return null;
  const micros = span.last.process.cpuMicros - span.first.process.cpuMicros;
  return { micros, requests: outcomes(load).ended };
}

function words(micros: number): string {
  return `${(micros / 1000).toFixed(2)} ms`;
}
