import type { Field, ResponseHead } from '../../message.ts';
import { fieldValue, withoutFields } from '../../message.ts';

/** Caches between here and the client must not give one client's encoding to another (RFC 9110 section 12.5.5). */
export function varied(head: ResponseHead): ResponseHead {
  const vary = fieldValue(head.fields, 'vary');
  const named = (vary ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (named.includes('accept-encoding') || named.includes('*')) return head;
  const value = vary === null || vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`;
  return { ...head, fields: [...withoutFields(head.fields, ['vary']), ['Vary', value]] };
}

/** Other bytes: another length, no byte ranges, no digest of the old ones, and a strong ETag that is true no more. */
export function compressedHead(head: ResponseHead, encoding: string): ResponseHead {
  const kept = withoutFields(head.fields, [
    'content-length',
    'content-encoding',
    'accept-ranges',
    'content-md5',
    'content-digest',
  ]);
  const fields = kept.map(([name, value]): Field => [
    name,
    name.toLowerCase() === 'etag' ? weak(value) : value,
  ]);
  return { ...head, fields: [...fields, ['Content-Encoding', encoding]] };
}

function weak(etag: string): string {
  return etag.startsWith('W/') ? etag : `W/${etag}`;
}
