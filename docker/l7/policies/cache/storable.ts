import type { CacheSettings } from '../../../protocol/l7/cache.ts';
import type { RequestHead, ResponseHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { readDirectives } from './directives.ts';
import type { Directives } from './directives.ts';
import { isUnderstood, mayBeGuessed, statesLifetime } from './freshness.ts';
import type { Said } from './said.ts';

export interface Storable {
  readonly why: string | null;
  /** It is private, and is to be stored all the same. */
  readonly wrongly: boolean;
}

/** Whether a shared cache may store an answer (RFC 9111 section 3), and why not. */
export function storable(
  request: RequestHead,
  head: ResponseHead,
  said: Said,
  { storePrivate, ignoreVary }: Pick<CacheSettings, 'storePrivate' | 'ignoreVary'>,
  now: number,
): Storable {
  const hard = whyNever(request, head, said.directives, ignoreVary);
  if (hard !== null) return { why: hard, wrongly: false };
  const personal = whyPrivate(request, head, said.directives);
  if (personal !== null && !storePrivate) return { why: personal, wrongly: false };
  const useful = statesLifetime(said) || mayBeGuessed(head, now) || canBeAsked(head, said.directives);
  return { why: useful ? null : 'it does not say for how long', wrongly: personal !== null };
}

/** What must be asked for each time is worth keeping where the target can say that it is still true. */
function canBeAsked(head: ResponseHead, directives: Directives): boolean {
  const known = ['etag', 'last-modified'].some((name) => fieldValue(head.fields, name) !== null);
  return known && directives.has('no-cache');
}

function whyNever(
  request: RequestHead,
  head: ResponseHead,
  directives: Directives,
  ignoreVary: boolean,
): string | null {
  if (request.method !== 'GET') return `it answers ${request.method}`;
  if (head.status < 200 || head.status === 206 || head.status === 304) return `it is ${head.status}`;
  if (readDirectives(request.fields).has('no-store')) return 'the client said no-store';
  if (directives.has('must-understand')) {
    // Beside it, no-store is for caches that do not know the word (RFC 9111 section 5.2.2.3).
    if (!isUnderstood(head.status)) return `must-understand, and ${head.status} is not`;
  } else if (directives.has('no-store')) return 'no-store';
  const vary = fieldValue(head.fields, 'vary') ?? '';
  return vary.includes('*') && !ignoreVary ? 'Vary: *' : null;
}

function whyPrivate(request: RequestHead, head: ResponseHead, directives: Directives): string | null {
  if (directives.has('private')) return 'private';
  // The RFC leaves it to the answer's author; caches in use refuse, since a session would be everybody's.
  if (fieldValue(head.fields, 'set-cookie') !== null) return 'it sets a cookie';
  const open = ['public', 's-maxage', 'must-revalidate'].some((word) => directives.has(word));
  return fieldValue(request.fields, 'authorization') !== null && !open ? 'it answers Authorization' : null;
}
