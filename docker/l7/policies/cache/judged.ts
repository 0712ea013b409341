import type { CacheSettings } from '../../../protocol/l7/cache.ts';
import type { RequestHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { readDirectives, secondsOf } from './directives.ts';
import type { Entry } from './store.ts';

/** What may be done with a stored answer: given, given while it is asked for anew, or only after the target agrees. */
export type Use = 'fresh' | 'stale' | 'stale-while-revalidate' | 'ask';

/** RFC 9111 sections 4.2.4, 5.2.1 and 5.2.2, RFC 5861 section 3. */
export function judged(entry: Entry, request: RequestHead, settings: CacheSettings, now: number): Use {
  const said = entry.said.directives;
  const wished = readDirectives(request.fields);
  const age = ageMs(entry, now);
  const over = age - entry.lifetimeMs;
  if (said.has('no-cache') || wished.has('no-cache')) return 'ask';
  // RFC 9111 5.4: Pragma counts where there is no Cache-Control.
  if (wished.size === 0 && /no-cache/i.test(fieldValue(request.fields, 'pragma') ?? '')) return 'ask';
  const oldest = secondsOf(wished, 'max-age') ?? Infinity;
  // 0 is how a reload asks: it wants the target's word, however quick it is.
  if (oldest === 0 || age > oldest) return 'ask';
  if (-over < (secondsOf(wished, 'min-fresh') ?? -Infinity)) return 'ask';
  if (over < 0) return 'fresh';
  if (mustAsk(entry)) return 'ask';
  if (
    wished.has('max-stale') &&
    over <= (wished.get('max-stale') === '' ? Infinity : (secondsOf(wished, 'max-stale') ?? 0))
  ) {
    return 'stale';
  }
  const grace = secondsOf(said, 'stale-while-revalidate') ?? settings.staleWhileRevalidateMs;
  return over <= grace && grace > 0 ? 'stale-while-revalidate' : 'ask';
}

/** Whether a stored answer may stand in for a target that failed (RFC 5861 section 4). */
export function standsIn(entry: Entry, settings: CacheSettings, now: number): boolean {
  const { directives } = entry.said;
  if (mustAsk(entry) || directives.has('no-cache')) return false;
  const grace = secondsOf(directives, 'stale-if-error') ?? settings.staleIfErrorMs;
  return ageMs(entry, now) - entry.lifetimeMs <= grace && grace > 0;
}

export function ageMs(entry: Entry, now: number): number {
  return entry.initialAgeMs + Math.max(0, now - entry.receivedAt);
}

/** Never stale, whatever else is allowed; s-maxage means it too (RFC 9111 section 5.2.2.10). */
function mustAsk({ said }: Entry): boolean {
  return ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((word) => said.directives.has(word));
}
