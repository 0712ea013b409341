/** An exponentially weighted moving average, and when it was last fed. */
export interface Latency {
  readonly ms: number;
  readonly at: number;
}

/** ingress-nginx's decay: what was seen so long ago weighs 1/e (lb-spec 5.3). */
const decayMs = 10_000;

/** A slow answer counts in full at once, a fast one only as the slow one fades: "peak". */
export function observeLatency(known: Latency | null | undefined, ms: number, now: number): Latency {
  const before = latencyAt(known, now);
  if (known === null || known === undefined || before === null) return { ms, at: now };
  if (ms >= before) return { ms, at: now };
  const kept = Math.exp(-Math.max(0, now - known.at) / decayMs);
  return { ms: known.ms * kept + ms * (1 - kept), at: now };
}

/** It fades while nobody asks, so that a target that was slow once is tried again. */
export function latencyAt(known: Latency | null | undefined, now: number): number | null {
  if (known === null || known === undefined) return null;
  return known.ms * Math.exp(-Math.max(0, now - known.at) / decayMs);
}
