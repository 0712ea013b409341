import type { HealthCheck, ProbeResult } from '../../protocol/health-check.ts';
import type { ProbeTarget } from './attempt.ts';

/** One check of one target, on a connection of its own. Never rejects; null when aborted. */
export type Probe = (
  target: ProbeTarget,
  check: HealthCheck,
  signal: AbortSignal,
) => Promise<ProbeResult | null>;
