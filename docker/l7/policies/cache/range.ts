import type { RequestHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { dateOf } from './freshness.ts';
import type { Entry } from './store.ts';

/** The part of a stored answer that is wanted; or that there is no such part; null: the whole. */
export type Part = { readonly from: number; readonly to: number } | 'none' | null;

/** One range of bytes, as most ask; several are answered with the whole, which is always right (RFC 9110 section 14.2). */
const single = /^bytes=(\d{0,15})-(\d{0,15})$/i;

export function wantedPart(request: RequestHead, stored: Pick<Entry, 'head' | 'body' | 'receivedAt'>): Part {
  const range = request.method === 'GET' ? fieldValue(request.fields, 'range') : null;
  if (range === null || stored.head.status !== 200 || !sameAsBefore(request, stored)) return null;
  const [, first = '', last = ''] = single.exec(range.trim()) ?? [];
  const { length } = stored.body;
  if (first === '') {
    if (last === '') return null;
    return Number(last) === 0 || length === 0
      ? 'none'
      : { from: Math.max(0, length - Number(last)), to: length - 1 };
  }
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= length) return 'none';
  return { from: Number(first), to: last === '' ? length - 1 : Math.min(Number(last), length - 1) };
}

/** RFC 9110 section 13.1.5: only of the very same bytes is a part any use; a weak tag is no proof of that. */
function sameAsBefore(
  request: RequestHead,
  { head, receivedAt }: Pick<Entry, 'head' | 'receivedAt'>,
): boolean {
  const known = fieldValue(request.fields, 'if-range')?.trim();
  if (known === undefined) return true;
  if (known.startsWith('"')) return known === fieldValue(head.fields, 'etag');
  const changed = dateOf(head, 'last-modified', receivedAt);
  return changed !== null && changed === dateOf(request, 'if-range', receivedAt);
}
