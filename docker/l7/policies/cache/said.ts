import type { ResponseHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { readDirectives } from './directives.ts';
import type { Directives } from './directives.ts';

/** What an answer says of its own keeping. */
export interface Said {
  readonly directives: Directives;
  readonly expires: string | null;
}

/**
 * `targeted`: what CDN-Cache-Control says is for caches such as this one, and then Cache-Control and Expires are for
 * others (RFC 9213 section 2.2). One that cannot be read, or is empty, is as if it were not there.
 */
export function saidBy({ fields }: ResponseHead, targeted: boolean): Said {
  const ours = targeted ? fieldValue(fields, 'cdn-cache-control') : null;
  const directives = ours === null ? null : readDictionary(ours);
  if (directives !== null && directives.size > 0) return { directives, expires: null };
  return { directives: readDirectives(fields), expires: fieldValue(fields, 'expires') };
}

const key = '[a-z*][a-z0-9_.*-]*';
const item =
  '-?\\d{1,15}|-?\\d{1,12}\\.\\d{1,3}|"(?:[ !#-\\[\\]-~]|\\\\["\\\\])*"|[A-Za-z*][!#$%&\'*+.^_`|~\\w:/-]*|\\?[01]|:[A-Za-z0-9+/=]*:';
const member = new RegExp(`^(${key})(?:=(${item}))?((?:; *${key}(?:=(?:${item}))?)*)$`);

/** A Structured Fields dictionary (RFC 9651 section 3.2) of the items that directives have; null where it is not one. */
function readDictionary(text: string): Directives | null {
  const found = new Map<string, string>();
  for (const part of splitMembers(text)) {
    const [, name, value = ''] = member.exec(part) ?? [];
    if (name === undefined) return null;
    // Of one key the last counts, as in any dictionary; false is as if it were not said.
    found.delete(name);
    if (value === '?0') continue;
    found.set(name, value === '?1' ? '' : value);
  }
  return found;
}

/** By the commas outside quotes. */
function splitMembers(text: string): readonly string[] {
  if (text.trim() === '') return [];
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+|(?<=,|^)(?=,|$)/g) ?? []).map((part) => part.trim());
}
