import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { Field } from '../message.ts';
import type { Doubt } from './desync.ts';
import type { Problem } from './problem.ts';

export type FieldLimits = Pick<HttpSettings, 'fieldBytes' | 'fields'>;

export interface Fields {
  readonly fields: Field[];
  readonly doubts: Doubt[];
}

/** RFC 9110 section 5.6.2. */
export const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** The same by code, 1 for each that may be part of one: names are walked over anyway, to find their colon. */
const tokenCodes = Uint8Array.from({ length: 256 }, (_, code) =>
  token.test(String.fromCharCode(code)) ? 1 : 0,
);
/** Most heads have nothing of what is looked for next. */
const unusual = /[^\t\n\r\x20-\x7e]/;
/** Controls but HTAB, CR and LF; those two only as line ends (RFC 9110 section 5.5). */
const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/; // eslint-disable-line no-control-regex
const beyondAscii = /[\x80-\xff]/;
const suspicious = /^(transfer|content)[^a-z]*(encoding|length)$/i;

/**
 * The field section of a message: lines with their line ends, without the empty one, from `from` on. `lenient` is for
 * answers, where a proxy mends what it must not pass on in a request (RFC 9112 sections 5.1 and 5.2).
 */
export function parseFields(text: string, limits: FieldLimits, lenient = false, from = 0): Fields | Problem {
  const fields: Field[] = [];
  const doubts: Doubt[] = [];
  if (unusual.test(text)) {
    const own = text.slice(from);
    if (control.test(own)) return bad('BadHeader: a control character');
    if (beyondAscii.test(own)) doubts.push('NonCompliantHeader');
  }
  for (let at = from; at < text.length;) {
    const feed = text.indexOf('\n', at);
    const next = feed === -1 ? text.length : feed + 1;
    let end = feed === -1 ? text.length : feed;
    if (feed > at && text.charCodeAt(feed - 1) === 13) end -= 1;
    else if (feed !== -1 && !doubts.includes('BareLineFeed')) doubts.push('BareLineFeed');
    if (end - at > limits.fieldBytes) return { status: 431, reason: 'a header field is too long' };
    if (fields.length >= limits.fields) return { status: 431, reason: 'too many header fields' };
    const problem = parseLine(text, at, end, fields, doubts, lenient);
    if (problem !== null) return problem;
    at = next;
  }
  return { fields, doubts };
}

function parseLine(
  text: string,
  from: number,
  end: number,
  fields: Field[],
  doubts: Doubt[],
  lenient: boolean,
): Problem | null {
  const bare = text.indexOf('\r', from);
  if (bare !== -1 && bare < end) return bad('BadHeader: a bare CR');
  let stop = from;
  while (stop < end && tokenCodes[text.charCodeAt(stop)] === 1) stop += 1;
  if (stop === from || text.charCodeAt(stop) !== colon || stop >= end)
    return parseOddLine(text, from, end, fields, lenient);
  const name = text.slice(from, stop);
  const first = name.charCodeAt(0) | 0x20;
  if ((first === letterT || first === letterC) && suspicious.test(name) && !isFraming(name))
    doubts.push('SuspiciousHeader');
  fields.push([name, trimmed(text, stop + 1, end)]);
  return null;
}

const colon = 0x3a;
const letterT = 0x74;
const letterC = 0x63;

/** A line that does not begin with a name and its colon. */
function parseOddLine(
  text: string,
  from: number,
  end: number,
  fields: Field[],
  lenient: boolean,
): Problem | null {
  if (isBlank(text.charCodeAt(from))) {
    const before = fields.at(-1);
    // obs-fold (RFC 9112 section 5.2): in a request a server may refuse it, and a proxy had better.
    if (!lenient || before === undefined) return bad('BadHeader: a folded line');
    fields[fields.length - 1] = [before[0], `${before[1]} ${text.slice(from, end).trim()}`.trim()];
    return null;
  }
  const at = text.indexOf(':', from);
  if (at === -1 || at >= end) return bad('BadHeader: a line without a colon');
  const said = text.slice(from, at);
  const name = lenient ? said.trimEnd() : said;
  if (!token.test(name)) return bad(`BadHeader: ${JSON.stringify(name.slice(0, 40))} is no field name`);
  fields.push([name, trimmed(text, at + 1, end)]);
  return null;
}

function isFraming(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'transfer-encoding' || lower === 'content-length';
}

/** Without spaces and tabs around it: `trim` would take more than HTTP's own white space. */
function trimmed(text: string, from: number, end: number): string {
  let start = from;
  let stop = end;
  while (start < stop && isBlank(text.charCodeAt(start))) start += 1;
  while (stop > start && isBlank(text.charCodeAt(stop - 1))) stop -= 1;
  return text.slice(start, stop);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

export function bad(reason: string): Problem {
  return { status: 400, reason };
}
