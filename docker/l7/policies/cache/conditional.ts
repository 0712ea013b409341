import type { Field, RequestHead, ResponseHead } from '../../message.ts';
import { fieldValue, withoutFields } from '../../message.ts';
import { dateOf } from './freshness.ts';

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
export function clientHasIt(request: RequestHead, stored: ResponseHead): boolean {
  if (stored.status !== 200) return false;
  const tags = fieldValue(request.fields, 'if-none-match');
  if (tags !== null) {
    const etag = fieldValue(stored.fields, 'etag');
    if (tags.trim() === '*') return true;
    // Weak comparison (RFC 9110 section 8.8.3.2).
    return etag !== null && tags.split(',').some((tag) => opaque(tag) === opaque(etag));
  }
  const since = Date.parse(fieldValue(request.fields, 'if-modified-since') ?? '');
  const changed = dateOf(stored, 'last-modified');
  return changed !== null && !Number.isNaN(since) && changed <= since;
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
