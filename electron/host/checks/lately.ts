import type { ClientStats } from '../../../docker/protocol/stats.ts';
import type { Evidence } from './evidence.ts';
import { outcomes } from './outcomes.ts';
import { clientSpan, judgedSince, lastPart } from './since.ts';
import type { Span } from './since.ts';

/**
 * The last few seconds where they hold a sample, so that targets which entered service late do not weigh on it for ever,
 * and otherwise everything since the step opened or a change was made.
 */
export function lately(
  { seconds, sample }: { readonly seconds: number; readonly sample: number },
  client: string,
  evidence: Evidence,
): Span<ClientStats> | null {
  const whole = clientSpan(evidence, client, judgedSince(evidence));
  if (whole === null) return null;
  const recent = lastPart(whole, seconds * 1000, client, evidence);
  return outcomes(recent).ended >= sample ? recent : whole;
}
