/** A bucket of tokens: so many at once, and so many more a second. */
interface Bucket {
  /** False: empty. */
  take(): boolean;
  fill(): void;
}

function createBucket(burst: number, perSecond: number): Bucket {
  let tokens = burst;
  let at = 0;
  return {
    take() {
      const now = performance.now();
      if (at > 0) tokens = Math.min(burst, tokens + ((now - at) / 1000) * perSecond);
      at = now;
      tokens -= 1;
      return tokens >= 0;
    },
    fill: () => void (tokens = burst),
  };
}

/** Frames that carry nothing, in a row: a client that measures its round trips sends one for each. */
const idleAtOnce = 1000;
const idlePerSecond = 100;

export interface FloodGuard {
  /** A stream that its client had opened for nothing (CVE-2023-44487), or had us cut (CVE-2025-8671); false: too many. */
  reset(): boolean;
  /** A frame that makes work and brings nothing: PING, SETTINGS, empty DATA, a window of a few bytes. */
  idle(): boolean;
  /** One that brought something. */
  useful(): void;
}

export function createFloodGuard(limits: { resetsAtOnce: number; resetsPerSecond: number }): FloodGuard {
  const resets = createBucket(limits.resetsAtOnce, limits.resetsPerSecond);
  const idle = createBucket(idleAtOnce, idlePerSecond);
  let idled = false;
  return {
    reset: resets.take,
    idle() {
      idled = true;
      return idle.take();
    },
    useful() {
      if (!idled) return;
      idled = false;
      idle.fill();
    },
  };
}
