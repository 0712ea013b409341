import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { withoutHopByHop } from '../headers.ts';
import type { Field } from '../message.ts';

/** Fields as they came, in order, without pseudo fields; a cookie in pieces is one again (RFC 9113 section 8.2.3). */
export function fieldsOf(raw: readonly string[]): Field[] {
  const fields: Field[] = [];
  const cookies: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const value = raw[at + 1] ?? '';
    if (name === 'cookie') cookies.push(value);
    else if (!name.startsWith(':')) fields.push([name, value]);
  }
  return cookies.length === 0 ? fields : [...fields, ['cookie', cookies.join('; ')]];
}

/** Fields where only node's merged object is to be had. */
export function fieldsOfMerged(headers: IncomingHttpHeaders): Field[] {
  return Object.entries(headers).flatMap(([name, value]): Field[] => {
    if (name.startsWith(':') || value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((one) => [name, one]);
  });
}

/** For node: lower case, nothing of one hop, several lines joined; Set-Cookie is the one that cannot be. */
export function merged(fields: readonly Field[], pseudo: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const headers: Record<string, string | string[] | number> = {};
  for (const [name, value] of withoutHopByHop(fields)) {
    const lower = name.toLowerCase();
    const before = headers[lower];
    if (lower === 'set-cookie') headers[lower] = [...(Array.isArray(before) ? before : []), value];
    else headers[lower] = before === undefined ? value : `${String(before)}, ${value}`;
  }
  return { ...pseudo, ...headers };
}
