import type { Ending } from './exchange.ts';

/** Failures before the request could have reached anyone. */
const unsent = new Set(['refused', 'unreachable', 'connect-timeout', 'no-port', 'local']);
/** Answers of those in between, which say little about the request itself (RFC 9110 15.6). */
const passing = new Set(['502', '503', '504']);

/** RFC 9110 9.2.2: what may have been done already is not done twice, unless its method allows that. */
export function worthRetrying(method: string, ending: Ending): boolean {
  if (ending.failure !== null && unsent.has(ending.failure)) return true;
  if (method === 'POST') return false;
  return ending.failure !== null || passing.has(ending.status ?? '');
}
