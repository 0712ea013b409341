import type { Field } from '../../message.ts';
import { fieldValue } from '../../message.ts';

/** Cache-Control in lower case; a directive without a value has an empty one (RFC 9111 section 5.2). */
export type Directives = ReadonlyMap<string, string>;

export function readDirectives(fields: readonly Field[]): Directives {
  const found = new Map<string, string>();
  const text = fieldValue(fields, 'cache-control');
  if (text === null) return found;
  // A quoted value may hold commas: private="set-cookie, x-user".
  for (const [, name = '', quoted, plain] of text.matchAll(
    /([^\s=,;]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;]*)))?/g,
  )) {
    const key = name.toLowerCase();
    // What is said twice counts once: the first (RFC 9111 section 4.2.1).
    if (!found.has(key)) found.set(key, quoted ?? plain ?? '');
  }
  return found;
}

/** A number of seconds in milliseconds; null where none is stated. What is no number counts as 0: stale. */
export function secondsOf(directives: Directives, name: string): number | null {
  const value = directives.get(name);
  if (value === undefined) return null;
  return /^\d+$/.test(value) ? Math.min(Number(value), 2 ** 31) * 1000 : 0;
}
