import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { percentileOf } from '../telemetry/latency-buckets.ts';
import { kindBetween } from './kind.ts';
import { nodeOf } from './names.ts';
import { clientSpan, judgedSince, lastPart } from './since.ts';

/** A percentile of one kind of a client's requests, lately, as the client waited for them. */
export const latency: Predicate<CheckOf<'latency'>> = (check, { evidence }) => {
  const client = nodeOf(check.client, evidence);
  const { kind, percentile, atLeastMs, atMostMs, sample, seconds } = check;
  const name = `p${Number((percentile * 100).toFixed(1))} of ${kind}`;
  const bounds = [
    ...(atLeastMs > 0 ? [`at least ${atLeastMs} ms`] : []),
    ...(atMostMs === undefined ? [] : [`at most ${atMostMs} ms`]),
  ];
  const expected = `${name}: ${bounds.join(' and ')}, over at least ${sample} requests`;
  const whole = clientSpan(evidence, client, judgedSince(evidence));
  if (whole === null) return finding('waiting', '', expected);
  const recent = kindBetween(lastPart(whole, seconds * 1000, client, evidence), kind);
  const counts = recent.ended >= sample ? recent : kindBetween(whole, kind);
  const ms = percentileOf(counts.latency, percentile);
  const measured = ms === null ? '' : `${name}: ${Math.round(ms)} ms over ${counts.ended} requests`;
  if (ms === null || counts.ended < sample) return finding('waiting', measured, expected);
  return passIf(ms >= atLeastMs && ms <= (atMostMs ?? Infinity), measured, expected);
};
