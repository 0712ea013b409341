import type { Field } from '../message.ts';

/** A Cookie field's pairs in their order (RFC 6265 5.4); several fields, as HTTP/2 may send them, are one. */
export type CookiePair = readonly [name: string, value: string];

export function readCookies(fields: readonly Field[]): readonly CookiePair[] {
  return fields.filter(([name]) => name.toLowerCase() === 'cookie').flatMap(([, value]) => pairsOf(value));
}

/** The first of that name, as browsers send the most specific first. */
export function cookieValue(pairs: readonly CookiePair[], name: string): string | null {
  return pairs.find(([one]) => one === name)?.[1] ?? null;
}

export function writeCookies(pairs: readonly CookiePair[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('; ');
}

function pairsOf(line: string): CookiePair[] {
  return line.split(';').flatMap((part): CookiePair[] => {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    return at === -1 || name === '' ? [] : [[name, part.slice(at + 1).trim()]];
  });
}
