import type { ProbeResult } from '../protocol/health-check.ts';
import type { Gate } from './gate.ts';

/** AWS's reason codes (lb-spec 1.4, 2.3): the words a person will meet in the console. */
export const reasons = {
  initial: 'Elb.InitialHealthChecking',
  assumed: 'assumed at the start, until the first check',
  draining: 'Target.DeregistrationInProgress',
  removed: 'Target.NotRegistered',
  unchecked: 'Target.HealthCheckDisabled: no health check, always in service',
} as const;

/** "Target.FailedHealthChecks: HTTP 500 (L7STS), 2 of 2": at a transition as many were needed as were counted. */
export function probeReason(result: ProbeResult, before: Gate, persona: string | null): string {
  const needed = (result.ok ? before.passes : before.failures) + 1;
  const what = `${result.detail} (${result.code}), ${needed} of ${needed}`;
  return result.ok ? what : `${failureCode(result, persona)}: ${what}`;
}

function failureCode(result: ProbeResult, persona: string | null): string {
  if (persona !== 'alb') return 'Target.FailedHealthChecks';
  if (result.code === 'L7STS') return 'Target.ResponseCodeMismatch';
  return result.code.endsWith('TOUT') ? 'Target.Timeout' : 'Target.FailedHealthChecks';
}
