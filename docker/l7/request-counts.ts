import type { RequestCounts } from '../protocol/stats.ts';
import { createStatusCounts } from './status-counts.ts';

/** received = answered + aborted + inFlight. */
export interface RequestCounter {
  start(): void;
  /** With the status of a whole answer, or null for one that was never given or was cut. */
  end(status: number | null): void;
  view(): RequestCounts;
}

export function createRequestCounter(): RequestCounter {
  const byStatus = createStatusCounts();
  let received = 0;
  let answered = 0;
  let aborted = 0;
  return {
    start() {
      received += 1;
    },
    end(status) {
      if (status === null) aborted += 1;
      else {
        answered += 1;
        byStatus.add(status);
      }
    },
    view: () => ({
      received,
      answered,
      aborted,
      inFlight: received - answered - aborted,
      byStatus: byStatus.view(),
    }),
  };
}
