/**
 * Says when the generator itself is late: the 99th percentile of (real send - intended send) above the limit over a
 * second, and when it is back. While it is late, latency still counts from the intended time, but part of it is ours.
 */
export interface LagWatch {
  observe(lagMs: number, nowMs: number): void;
}

export interface LagNews {
  readonly behind: boolean;
  readonly sent: number;
  readonly late: number;
  readonly worstMs: number;
}

export const lagLimitMs = 5;
const windowMs = 1000;

export function createLagWatch(tell: (news: LagNews) => void): LagWatch {
  let openedAt = -Infinity;
  let sent = 0;
  let late = 0;
  let worstMs = 0;
  let behind = false;

  const close = () => {
    // p99 above the limit is the same as: more than one in a hundred above it.
    const isBehind = late > sent / 100;
    if (isBehind !== behind) {
      behind = isBehind;
      tell({ behind, sent, late, worstMs: Math.round(worstMs * 10) / 10 });
    }
  };

  return {
    observe(lagMs, nowMs) {
      if (nowMs - openedAt >= windowMs) {
        if (sent > 0) close();
        openedAt = nowMs;
        sent = 0;
        late = 0;
        worstMs = 0;
      }
      sent += 1;
      if (lagMs > lagLimitMs) late += 1;
      worstMs = Math.max(worstMs, lagMs);
    },
  };
}
