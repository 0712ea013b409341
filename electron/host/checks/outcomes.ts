import type { ClientStats } from '../../../docker/protocol/stats.ts';
import { outcomeClass } from '../telemetry/outcome-class.ts';
import type { Span } from './since.ts';

/** What a client's requests came to between two readings. */
export interface Outcomes {
  readonly ended: number;
  readonly failures: number;
  readonly answers5xx: number;
}

export function outcomes({ first, last }: Span<ClientStats>): Outcomes {
  const failures = last.failed - first.failed;
  return {
    ended: last.answered - first.answered + failures,
    failures,
    answers5xx: serverErrors(last.byStatus) - serverErrors(first.byStatus),
  };
}

export function serverErrors(byStatus: Readonly<Record<string, number>>): number {
  return Object.entries(byStatus)
    .filter(([status]) => outcomeClass(status) === 'server-error')
    .reduce((sum, [, count]) => sum + count, 0);
}
