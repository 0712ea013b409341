/** Why the proxy itself answered, or cut an answer short; each its own cause. */
export type Cause =
  | 'no-target'
  | 'refused'
  | 'connect-timeout'
  /** No TLS handshake with the target. */
  | 'tls'
  | 'reset'
  | 'closed-early'
  | 'bad-response'
  | 'response-timeout'
  | 'queue-timeout'
  | 'queue-full'
  | 'tunnel-idle'
  | 'let-go'
  | 'client-gone'
  /** A policy answered. */
  | 'policy'
  /** The request itself was at fault: 400 and its like, 408, and 413, 414 or 431. */
  | 'bad-request'
  | 'request-timeout'
  | 'too-large';

/** Where an exchange was when it ended. */
export type Stage = 'connecting' | 'waiting' | 'answering';

export interface OwnStatuses {
  readonly noTargetStatus: number;
  /** Null: 502 for a refusal, 504 for a time-out. */
  readonly unreachableStatus: number | null;
}

const ofRequest: Partial<Record<Cause, number>> = {
  'bad-request': 400,
  'request-timeout': 408,
  'too-large': 413,
};

/** The status for the client when no answer of the target has begun. */
export function statusFor(cause: Cause, own: OwnStatuses): number {
  const ours = ofRequest[cause];
  if (ours !== undefined) return ours;
  if (cause === 'no-target') return own.noTargetStatus;
  if (cause === 'queue-timeout' || cause === 'queue-full') return 503;
  const unreachable = cause === 'refused' || cause === 'connect-timeout' || cause === 'tls';
  if (unreachable && own.unreachableStatus !== null) return own.unreachableStatus;
  return cause === 'connect-timeout' || cause === 'response-timeout' ? 504 : 502;
}

/** A node error from the connection to the target, as a cause. */
export function causeOf(error: Error, stage: Stage): Cause {
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return 'bad-response';
  if (code === 'ETIMEDOUT' && stage === 'connecting') return 'connect-timeout';
  if (stage === 'connecting') return 'refused';
  // Node says ECONNRESET for both; "socket hang up" is its own word for a FIN before the answer.
  return error.message === 'socket hang up' ? 'closed-early' : 'reset';
}

/** HAProxy's two letters (lb-spec 4.3): who ended it, and in which state. */
export function termination(cause: Cause | null, stage: Stage): string {
  if (cause === null) return '--';
  const state = { connecting: 'C', waiting: 'H', answering: 'D' }[stage];
  if (cause === 'client-gone') return `C${state}`;
  if (cause === 'bad-response') return 'PH';
  if (cause === 'policy' || cause === 'bad-request' || cause === 'too-large') return 'PR';
  if (cause === 'request-timeout') return 'cR';
  if (cause === 'queue-timeout' || cause === 'queue-full') return 'sQ';
  if (cause === 'let-go') return `D${state}`;
  const timedOut = cause === 'connect-timeout' || cause === 'response-timeout' || cause === 'tunnel-idle';
  return `${timedOut ? 's' : 'S'}${state}`;
}
