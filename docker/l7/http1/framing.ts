import type { Field } from '../message.ts';
import { fieldValues } from '../message.ts';
import type { Doubt } from './desync.ts';
import { bad } from './fields.ts';
import type { Problem } from './problem.ts';

/** How long a body is: so many bytes, until its last chunk, or until the connection closes. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

const none: Framing = { kind: 'none' };
const chunked: Framing = { kind: 'chunked' };

/** RFC 9112 section 6.3, as far as it is about requests. */
export function requestFraming(
  method: string,
  version: '1.0' | '1.1',
  fields: readonly Field[],
  doubts: Doubt[],
): Framing | Problem {
  const codings = fieldValues(fields, 'transfer-encoding');
  const lengths = fieldValues(fields, 'content-length');
  const bodiless = method === 'GET' || method === 'HEAD';
  if (codings.length > 0) {
    const problem = refusedCoding(codings);
    if (problem !== null) return problem;
    if (lengths.length > 0) doubts.push('BothTeClPresent');
    if (version === '1.0') doubts.push('TransferEncodingInHttp10');
    if (bodiless) doubts.push('UndefinedTransferEncodingSemantics');
    return chunked;
  }
  if (lengths.length === 0) return none;
  const bytes = lengthOf(lengths);
  if (bytes === 'differs') return bad('MultipleContentLength: different lengths');
  if (bytes === null) return bad('BadContentLength: not a length');
  if (lengths.length > 1 || lengths.some((value) => value.includes(',')))
    doubts.push('DuplicateContentLength');
  if (bodiless) doubts.push(bytes === 0 ? 'GetHeadZeroContentLength' : 'UndefinedContentLengthSemantics');
  return bytes === 0 ? none : { kind: 'length', bytes };
}

function refusedCoding(codings: readonly string[]): Problem | null {
  const all = codings.flatMap((value) => value.split(',')).map((coding) => coding.trim().toLowerCase());
  if (all.length === 1 && all[0] === 'chunked') return null;
  if (all.filter((coding) => coding === 'chunked').length > 1) {
    return bad('MultipleTransferEncodingChunked: chunked twice');
  }
  if (all.at(-1) !== 'chunked') return bad('BadTransferEncoding: chunked is not the last');
  return { status: 501, reason: 'a transfer coding besides chunked' };
}

/** Of an answer. Null where its framing is broken: nothing of it may be passed on. */
export function responseFraming(method: string, status: number, fields: readonly Field[]): Framing | null {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return none;
  const codings = fieldValues(fields, 'transfer-encoding');
  if (codings.length > 0) {
    const all = codings.flatMap((value) => value.split(',')).map((coding) => coding.trim().toLowerCase());
    if (all.filter((coding) => coding === 'chunked').length > 1) return null;
    if (all.length === 1 && all[0] === 'chunked') return chunked;
    // Other codings would have to be undone here, as Transfer-Encoding is for one hop only; we asked for none (no TE).
    return null;
  }
  const lengths = fieldValues(fields, 'content-length');
  if (lengths.length === 0) return { kind: 'close' };
  const bytes = lengthOf(lengths);
  if (bytes === null || bytes === 'differs') return null;
  return bytes === 0 ? none : { kind: 'length', bytes };
}

/** Fifteen digits are exact in a double. */
const mostDigits = 15;
const zero = 0x30;

/** Null where it is not written in digits alone. */
function numberIn(text: string): number | null {
  if (text.length === 0 || text.length > mostDigits) return null;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return null;
    value = 10 * value + digit;
  }
  return value;
}

/** One length, or a list of equal ones (RFC 9112 section 6.3, rule 5); null where there is none that is valid. */
export function lengthOf(values: readonly string[]): number | 'differs' | null {
  const [only] = values;
  const one = values.length === 1 && only !== undefined ? numberIn(only) : null;
  if (one !== null) return one;
  const all = values.flatMap((value) => value.split(',')).map((value) => numberIn(value.trim()));
  const [bytes = null] = all;
  if (bytes === null || all.includes(null)) return null;
  return all.every((value) => value === bytes) ? bytes : 'differs';
}
