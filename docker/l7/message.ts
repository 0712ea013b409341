/**
 * A request or an answer as the proxy knows it, whatever protocol carried it: what routing, policies and the access log
 * read, and what is written to the next hop. Bodies travel beside it and are never gathered for its sake.
 */

/** In the order received; names as they were spelled (HTTP/2 spells them in lower case). Compare by `fieldValue`. */
export type Field = readonly [name: string, value: string];

export interface RequestHead {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The Host field, or :authority; empty where an HTTP/1.0 client sent none. */
  readonly authority: string;
  /** Path and query, as sent: origin-form, or `*`. */
  readonly target: string;
  readonly version: '1.0' | '1.1' | '2';
  readonly fields: readonly Field[];
}

export interface ResponseHead {
  readonly status: number;
  /** HTTP/1 only, and without meaning (RFC 9112 section 4); the usual phrase where it is left out. */
  readonly reason?: string;
  readonly fields: readonly Field[];
}

/** Field names are case-insensitive (RFC 9110, section 5.1). `wanted` is in lower case. Most differ in length, or in their first letter. */
export function isNamed(name: string, wanted: string): boolean {
  return (
    name.length === wanted.length &&
    (name.charCodeAt(0) | lowerCase) === wanted.charCodeAt(0) &&
    (name === wanted || name.toLowerCase() === wanted)
  );
}

/** The bit that makes a letter of ASCII a small one. */
const lowerCase = 0x20;

/** `wanted` is in lower case. */
export function fieldValues(fields: readonly Field[], wanted: string): readonly string[] {
  let values: string[] | null = null;
  for (const field of fields) {
    if (!isNamed(field[0], wanted)) continue;
    if (values === null) values = [field[1]];
    else values.push(field[1]);
  }
  return values ?? none;
}

const none: readonly string[] = [];

/**
 * Several lines of one field mean the same as one line with commas (RFC 9110, section 5.3). Null where there is none.
 * `wanted` is in lower case.
 */
export function fieldValue(fields: readonly Field[], wanted: string): string | null {
  let all: string | null = null;
  for (const field of fields) {
    if (isNamed(field[0], wanted)) all = all === null ? field[1] : `${all}, ${field[1]}`;
  }
  return all;
}

/** Without the fields of these names, which are in lower case; the very same list where there are none. */
export function withoutFields(fields: readonly Field[], names: readonly string[]): readonly Field[] {
  for (const field of fields) {
    if (isAmong(field[0], names)) return fields.filter((one) => !isAmong(one[0], names));
  }
  return fields;
}

export function isAmong(name: string, names: readonly string[]): boolean {
  for (const one of names) if (isNamed(name, one)) return true;
  return false;
}
