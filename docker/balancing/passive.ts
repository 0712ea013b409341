import type { PassiveSettings } from '../protocol/balancer.ts';

/** How one request, or at L4 one connection, went. */
export interface Outcome {
  readonly ok: boolean;
  /** L7 only. */
  readonly latencyMs: number | null;
}

/** What real traffic says of one target. Pure but for its own counters; time comes from the caller. */
export interface Observer {
  /** The sentence that convicts it, or null. */
  observe(outcome: Outcome, settings: PassiveSettings, now: number): string | null;
  /** For how long it is ejected this time. */
  ejectFor(settings: PassiveSettings, now: number): number;
  /** Back in service: counting starts again. */
  forgive(now: number): void;
}

export function createObserver(): Observer {
  let inARow = 0;
  let windowEnds = 0;
  let seen = { requests: 0, errors: 0, slow: 0 };
  let ejections = 0;
  let backSince = 0;

  const startAgain = () => {
    inARow = 0;
    seen = { requests: 0, errors: 0, slow: 0 };
  };

  return {
    observe(outcome, settings, now) {
      if (now >= windowEnds) {
        windowEnds = now + settings.windowMs;
        seen = { requests: 0, errors: 0, slow: 0 };
      }
      seen.requests += 1;
      if (!outcome.ok) seen.errors += 1;
      if (settings.latencyMs > 0 && (outcome.latencyMs ?? 0) > settings.latencyMs) seen.slow += 1;
      inARow = outcome.ok ? 0 : inARow + 1;
      return convict(inARow, seen, settings);
    },
    ejectFor(settings, now) {
      // Envoy: one step back for every interval it behaved.
      const behaved = ejections === 0 ? 0 : Math.floor((now - backSince) / settings.windowMs);
      ejections = Math.max(0, ejections - behaved) + 1;
      const grown = settings.ejectMs * ejections;
      return settings.maxEjectMs > 0 ? Math.min(grown, settings.maxEjectMs) : settings.ejectMs;
    },
    forgive(now) {
      backSince = now;
      startAgain();
    },
  };
}

function convict(
  inARow: number,
  seen: { readonly requests: number; readonly errors: number; readonly slow: number },
  settings: PassiveSettings,
): string | null {
  if (settings.consecutiveErrors > 0 && inARow >= settings.consecutiveErrors) {
    return `${inARow} ${inARow === 1 ? 'error' : 'errors in a row'}`;
  }
  if (seen.requests < settings.minimumRequests) return null;
  if (settings.errorShare > 0 && seen.errors / seen.requests >= settings.errorShare) {
    return `${seen.errors} of ${seen.requests} failed`;
  }
  // More than half above the limit: the median is.
  if (settings.latencyMs > 0 && seen.slow * 2 > seen.requests) {
    return `${seen.slow} of ${seen.requests} slower than ${settings.latencyMs} ms`;
  }
  return null;
}

/** May one more go? Never the only one, and, as Envoy, always at least one of several. */
export function mayEject(ejected: number, total: number, maxShare: number): boolean {
  return total > 1 && ejected < Math.max(1, Math.floor(total * maxShare));
}
