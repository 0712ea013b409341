import type { HandshakeStats, TlsProblem } from '../../protocol/tls.ts';

export interface HandshakeCounter {
  done(resumed: boolean): void;
  failed(problem: TlsProblem): void;
  counts(): HandshakeStats;
}

export function createHandshakeCounter(): HandshakeCounter {
  let full = 0;
  let resumed = 0;
  const failed: Partial<Record<TlsProblem, number>> = {};
  return {
    done(again) {
      if (again) resumed += 1;
      else full += 1;
    },
    failed: (problem) => void (failed[problem] = (failed[problem] ?? 0) + 1),
    counts: () => ({ full, resumed, failed: { ...failed } }),
  };
}
