import { token } from '../http1/fields.ts';
import type { Field } from '../message.ts';
import { decoders } from './hpack/decoder.ts';

/** What a field of a request is to us. `malformed`: no request may have it (RFC 9113 section 8.2). */
export type FieldKind =
  | 'plain'
  | 'malformed'
  | ':method'
  | ':scheme'
  | ':authority'
  | ':path'
  | ':protocol'
  | 'cookie'
  | 'host'
  | 'content-length'
  | 'te'
  | 'expect'
  | 'hop';

export interface RequestField {
  readonly kind: FieldKind;
  readonly field: Field;
}

const pseudo: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path', ':protocol']);
const own: ReadonlySet<string> = new Set(['cookie', 'host', 'content-length', 'te', 'expect']);
/** Of a connection that HTTP/2 has no words for (RFC 9113 section 8.2.2). */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
/** For one hop only, and allowed. */
const hop: ReadonlySet<string> = new Set(['proxy-authenticate', 'proxy-authorization']);

const capital = /[A-Z]/;
/** Of controls only HTAB (RFC 9110 section 5.5); white space around a value is not part of it, and may not be there. */
const value = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

export function isFieldValue(text: string): boolean {
  return value.test(text);
}

/** A name that a message of HTTP/2 may have, pseudo fields apart. */
export function isFieldName(name: string): boolean {
  return token.test(name) && !capital.test(name) && !ofConnection.has(name);
}

function kindOf(name: string, text: string): FieldKind {
  if (!isFieldValue(text)) return 'malformed';
  if (pseudo.has(name)) return name as FieldKind;
  if (!isFieldName(name)) return 'malformed';
  if (name === 'te') return text.toLowerCase() === 'trailers' ? 'te' : 'malformed';
  if (own.has(name)) return name as FieldKind;
  return hop.has(name) ? 'hop' : 'plain';
}

/** Judged once, and kept with the entry of the table. */
export const createRequestDecoder = decoders<RequestField>((name, text) => ({
  kind: kindOf(name, text),
  field: [name, text],
}));
