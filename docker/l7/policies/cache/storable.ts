import type { CacheSettings } from '../../../protocol/l7/cache.ts';
import type { RequestHead, ResponseHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { readDirectives } from './directives.ts';
import { mayBeGuessed, statesLifetime } from './freshness.ts';

export interface Storable {
  readonly why: string | null;
  /** It is private, and is to be stored all the same. */
  readonly wrongly: boolean;
}

/** Whether a shared cache may store an answer (RFC 9111 section 3), and why not. */
export function storable(
  request: RequestHead,
  head: ResponseHead,
  { storePrivate, ignoreVary }: Pick<CacheSettings, 'storePrivate' | 'ignoreVary'>,
): Storable {
  const hard = whyNever(request, head, ignoreVary);
  if (hard !== null) return { why: hard, wrongly: false };
  const personal = whyPrivate(request, head);
  if (personal !== null && !storePrivate) return { why: personal, wrongly: false };
  const wrongly = personal !== null;
  return { why: statesLifetime(head) || mayBeGuessed(head) ? null : 'it does not say for how long', wrongly };
}

function whyNever(request: RequestHead, head: ResponseHead, ignoreVary: boolean): string | null {
  if (request.method !== 'GET') return `it answers ${request.method}`;
  if (head.status < 200 || head.status === 206 || head.status === 304) return `it is ${head.status}`;
  if (readDirectives(request.fields).has('no-store')) return 'the client said no-store';
  if (readDirectives(head.fields).has('no-store')) return 'no-store';
  const vary = fieldValue(head.fields, 'vary') ?? '';
  return vary.includes('*') && !ignoreVary ? 'Vary: *' : null;
}

function whyPrivate(request: RequestHead, head: ResponseHead): string | null {
  const directives = readDirectives(head.fields);
  if (directives.has('private')) return 'private';
  // The RFC leaves it to the answer's author; caches in use refuse, since a session would be everybody's.
  if (fieldValue(head.fields, 'set-cookie') !== null) return 'it sets a cookie';
  const open = ['public', 's-maxage', 'must-revalidate'].some((word) => directives.has(word));
  return fieldValue(request.fields, 'authorization') !== null && !open ? 'it answers Authorization' : null;
}
