import type { RequestCounts } from '../protocol/stats.ts';

/** received = answered + aborted + inFlight, at every moment. */
export interface RequestCounter {
  received(): void;
  answered(status: number): void;
  aborted(): void;
  counts(): RequestCounts;
}

export function createRequestCounter(): RequestCounter {
  let received = 0;
  let answered = 0;
  let aborted = 0;
  const byStatus: Record<string, number> = {};
  return {
    received: () => void (received += 1),
    answered(status) {
      answered += 1;
      byStatus[status] = (byStatus[status] ?? 0) + 1;
    },
    aborted: () => void (aborted += 1),
    counts: () => ({
      received,
      answered,
      aborted,
      inFlight: received - answered - aborted,
      byStatus: { ...byStatus },
    }),
  };
}
