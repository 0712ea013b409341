import type { RetrySettings } from '../protocol/l7/retry.ts';
import type { Harm } from './back.ts';
import type { Cause } from './failure.ts';

/** RFC 9110 section 9.2.2. */
const idempotent = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'];

/** How often a stream may be refused before that is an answer. */
const refusals = 5;

export interface Failed {
  /** What went wrong, or the 5xx that came. */
  readonly cause: Cause | '5xx';
  readonly harm: Harm;
  readonly method: string;
  /** The body is still all here. */
  readonly replayable: boolean;
  /** Tries of requests that had been sent, before this one. */
  readonly repeated: number;
  /** Tries that reached nobody so far, this one among them. */
  readonly unreached: number;
}

export interface RetryRules {
  readonly connectRetries: number;
  readonly connectRetryAt: 'another' | 'same';
  readonly retry: RetrySettings;
}

/** Which target a failed request may be sent to once more (lb-spec 10.4), or none. */
export function nextTry(
  failed: Failed,
  { connectRetries, connectRetryAt, retry }: RetryRules,
): 'same' | 'another' | null {
  if (!failed.replayable) return null;
  const queued = failed.cause === 'queue-timeout' || failed.cause === 'queue-full';
  if (failed.harm === 'unsent') return !queued && failed.unreached <= connectRetries ? connectRetryAt : null;
  // It said that it did nothing with it: as safe as if it had never been sent.
  if (failed.harm === 'refused') return failed.repeated < Math.max(refusals, retry.tries) ? 'another' : null;
  if (!mayBeRepeated(failed.method, retry)) return null;
  if (failed.harm === 'stale' && retry.stale && failed.repeated === 0) return 'same';
  return failed.repeated < retry.tries && retry.on.some((one) => covers(one, failed.cause))
    ? 'another'
    : null;
}

export function mayBeRepeated(
  method: string,
  { nonIdempotent }: Pick<RetrySettings, 'nonIdempotent'>,
): boolean {
  return nonIdempotent || idempotent.includes(method);
}

function covers(setting: RetrySettings['on'][number], cause: Failed['cause']): boolean {
  if (setting === 'closed') return cause === 'closed-early' || cause === 'reset';
  return setting === cause;
}

/** How many retries are under way, held to a share of all requests under way. */
export interface RetryBudget {
  take(underWay: number, settings: RetrySettings): boolean;
  giveBack(): void;
}

export function createRetryBudget(): RetryBudget {
  let out = 0;
  return {
    take(underWay, { budgetShare, budgetLeast }) {
      if (out >= Math.max(budgetLeast, Math.floor(underWay * budgetShare))) return false;
      out += 1;
      return true;
    },
    giveBack() {
      out -= 1;
    },
  };
}
