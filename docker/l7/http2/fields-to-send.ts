import { token } from '../http1/fields.ts';
import type { Field } from '../message.ts';
import type { OutFields } from './frame-writer.ts';

/** A value that would end its line early on a later hop is a hole in its framing, whoever made it. */
export const breaksLine = /[\0\r\n]/;
/** Names come from targets too: this many are remembered. */
const mostNames = 1024;
/** In lower case, as HTTP/2 has them (RFC 9113 section 8.2.1); null: no name at all. */
const names = new Map<string, string | null>();

function nameToSend(name: string): string | null {
  let lower = names.get(name);
  if (lower !== undefined) return lower;
  lower = token.test(name) ? name.toLowerCase() : null;
  if (names.size >= mostNames) names.clear();
  // A name cut from a head would keep the whole head.
  names.set(Buffer.from(name, 'latin1').toString('latin1'), lower);
  return lower;
}

const statuses = Array.from({ length: 1000 }, (_, status): Field => [':status', String(status)]);

/** With the status first, or none for trailers; null: a field is none that may be sent. */
export function fieldsToSend(status: number | null, fields: readonly Field[]): OutFields | null {
  const all: Field[] = [];
  if (status !== null) {
    const first = statuses[status];
    if (first === undefined || status < 100) return null;
    all.push(first);
  }
  for (const field of fields) {
    const name = nameToSend(field[0]);
    if (name === null || breaksLine.test(field[1])) return null;
    all.push(name === field[0] ? field : [name, field[1]]);
  }
  return all;
}
