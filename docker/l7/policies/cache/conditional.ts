import type { Field, RequestHead, ResponseHead } from '../../message.ts';
import { fieldValue, withoutFields } from '../../message.ts';
import { dateOf } from './freshness.ts';
import type { Entry } from './store.ts';

type Stored = Pick<Entry, 'head' | 'body' | 'receivedAt'>;

const conditions = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range'];

/** The request that asks whether a stored answer is still true; null where it has nothing to be known by. */
export function asking(request: RequestHead, stored: ResponseHead): RequestHead | null {
  const etag = fieldValue(stored.fields, 'etag');
  const changed = fieldValue(stored.fields, 'last-modified');
  if (etag === null && changed === null) return null;
  const ours: Field[] = etag === null ? [] : [['If-None-Match', etag]];
  if (changed !== null) ours.push(['If-Modified-Since', changed]);
  return { ...request, fields: [...unconditional(request).fields, ...ours] };
}

export function unconditional(request: RequestHead): RequestHead {
  return { ...request, fields: withoutFields(request.fields, conditions) };
}

/** RFC 9110 section 13.2.2, for GET and HEAD: whether the client holds what is stored already. */
export function clientHasIt(request: RequestHead, { head: stored, receivedAt }: Stored): boolean {
  if (stored.status !== 200) return false;
  const tags = fieldValue(request.fields, 'if-none-match');
  if (tags !== null) {
    const etag = fieldValue(stored.fields, 'etag');
    if (tags.trim() === '*') return true;
    // Weak comparison (RFC 9110 section 8.8.3.2).
    return etag !== null && tags.split(',').some((tag) => opaque(tag) === opaque(etag));
  }
  const since = dateOf(request, 'if-modified-since', receivedAt);
  // What does not say when it changed had not changed after it was made (RFC 9111 section 4.3.2).
  const changed =
    dateOf(stored, 'last-modified', receivedAt) ?? dateOf(stored, 'date', receivedAt) ?? receivedAt;
  return since !== null && changed <= since;
}

/**
 * RFC 9111 section 4.3.5: whether what HEAD was answered is about the same thing as what is stored; if not, what is stored
 * is true no more. What is not said in both tells nothing.
 */
export function isTheSame({ head: stored, body }: Stored, told: ResponseHead): boolean {
  const length = fieldValue(told.fields, 'content-length');
  if (length !== null && Number(length) !== body.length) return false;
  return ['etag', 'last-modified'].every((name) => {
    const now = fieldValue(told.fields, name);
    return now === null || now === fieldValue(stored.fields, name);
  });
}

/** RFC 9111 section 3.2: what a 304 says takes the place of what was stored, but for what describes the body. */
export function freshened(stored: ResponseHead, told: ResponseHead): ResponseHead {
  const kept = ['content-length', 'content-encoding', 'content-type', 'content-range', 'transfer-encoding'];
  const news = told.fields.filter(([name]) => !kept.includes(name.toLowerCase()));
  const named = news.map(([name]) => name.toLowerCase());
  return { ...stored, fields: [...withoutFields(stored.fields, [...named, 'age']), ...news] };
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
