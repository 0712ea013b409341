import { withoutHopByHop } from '../headers.ts';
import type { Field, RequestHead } from '../message.ts';
import { fieldValue, withoutFields } from '../message.ts';
import type { Framing } from './framing.ts';
import type { ParsedRequest } from './request-head.ts';

const own = ['host', 'content-length'];
const ownIn10 = [...own, 'expect'];

/** What may go on to a target: nothing for this hop, the address apart, and one framing (RFC 9112 section 6.3, rule 3). */
export function endToEnd(
  { method, authority, target, version, fields }: RequestHead,
  framing: Framing,
  scheme: RequestHead['scheme'],
): RequestHead {
  // An HTTP/1.0 client does not wait for a 100 (RFC 9110 section 10.1.1).
  const kept = withoutFields(withoutHopByHop(fields), version === '1.0' ? ownIn10 : own);
  if (framing.kind !== 'length') return { method, scheme, authority, target, version, fields: kept };
  const length: Field = ['Content-Length', String(framing.bytes)];
  return { method, scheme, authority, target, version, fields: [...kept, length] };
}

export function takesTrailers({ fields }: RequestHead): boolean {
  const said = fieldValue(fields, 'te');
  return said !== null && /\btrailers\b/i.test(said);
}

/** RFC 9110 section 7.8: Upgrade counts only where Connection names it. */
export function upgradeOf({ head, framing }: ParsedRequest): string | null {
  const said = fieldValue(head.fields, 'connection');
  if (said === null) return null;
  const options = said.toLowerCase().split(',');
  if (framing.kind !== 'none' || !options.some((option) => option.trim() === 'upgrade')) return null;
  const protocol = fieldValue(head.fields, 'upgrade');
  // HTTP/2 in the clear by Upgrade is gone (RFC 9113 section 3.1), and letting it through would hide requests from us.
  return protocol === null || /\bh2c\b/i.test(protocol) ? null : protocol;
}
