import type { RequestHead } from '../../message.ts';
import { readCookies } from '../cookies.ts';

/** A piece of a request that a client chose the content of: where it was, and what it says. */
export interface Part {
  readonly where: string;
  readonly kind: 'path' | 'argument' | 'name' | 'cookie' | 'header' | 'file' | 'xml';
  readonly text: string;
}

/** A body with more values than this is read no further: each costs every rule's time. */
const mostParts = 1000;

/** Fields with a grammar of their own, which no application reads as text. */
const hasGrammar =
  /^(?:accept(?:-.*)?|authorization|cache-control|content-length|content-type|cookie|date|dnt|if-.*|origin|pragma|priority|range|sec-.*|te|traceparent|tracestate|upgrade-insecure-requests|x-forwarded-.*|x-request-id)$/;
const fileName = /^x[-_.]?(?:file|original)[-_.]?(?:file)?name$/;
/** A name is chosen by the client as well; one that is a plain word needs no look. */
const plainName = /^[\w-]{0,12}$/;

export function queryParts({ target }: RequestHead): readonly Part[] {
  const at = target.indexOf('?');
  return at === -1 ? [] : formParts(target.slice(at + 1), 'query');
}

export function headParts({ target, fields }: RequestHead): readonly Part[] {
  const path = target.split('?', 1)[0] ?? '';
  const headers = fields.flatMap(([name, text]): Part[] => {
    const where = name.toLowerCase();
    if (hasGrammar.test(where)) return [];
    return [{ where, kind: fileName.test(where) ? 'file' : 'header', text }];
  });
  const cookies = readCookies(fields).flatMap(([name, text]): Part[] => {
    const where = `cookie ${name}`.slice(0, 80);
    const value: Part = { where, kind: 'cookie', text };
    return plainName.test(name) ? [value] : [{ where: 'cookie name', kind: 'name', text: name }, value];
  });
  return [{ where: 'path', kind: 'path', text: path }, ...headers, ...cookies];
}

export function typeOf(contentType: string | null): string {
  return contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** What a body says, if it is of a kind that can be read; null where it claims to be and cannot. */
export function bodyParts(contentType: string | null, body: Buffer, whole: boolean): readonly Part[] | null {
  const type = typeOf(contentType);
  const text = body.toString('utf8');
  if (type === 'application/x-www-form-urlencoded') return formParts(text, 'body');
  if (type === 'application/json' || type.endsWith('+json')) return jsonParts(text, whole);
  if (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml')) return xmlParts(text);
  return type.startsWith('text/') ? [{ where: 'body', kind: 'argument', text }] : [];
}

function formParts(text: string, place: string): readonly Part[] {
  return text
    .split('&', mostParts)
    .filter((pair) => pair !== '')
    .flatMap((pair): Part[] => {
      const at = pair.indexOf('=');
      const name = plus(at === -1 ? pair : pair.slice(0, at));
      const value: Part[] = at === -1 ? [] : [part(`${place} ${name}`, plus(pair.slice(at + 1)))];
      return plainName.test(name) ? value : [namePart(`${place} name`, name), ...value];
    });
}

function jsonParts(text: string, whole: boolean): readonly Part[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Cut by our own limit it is no JSON; its text can still be looked at.
    return whole ? null : [part('body', text)];
  }
  const found: Part[] = [];
  const left: (readonly [string, unknown])[] = [['body', value]];
  for (let next = left.pop(); next !== undefined && found.length < mostParts; next = left.pop()) {
    const [where, one] = next;
    if (typeof one === 'string') found.push(part(where, one));
    else if (one !== null && typeof one === 'object') {
      for (const [name, inner] of Object.entries(one)) {
        left.push([`${where} ${name}`, inner]);
        if (!plainName.test(name)) found.push(namePart(`${where} name`, name));
      }
    }
  }
  return found;
}

/** What stands between the tags and in their attributes; and the declarations, which can fetch. */
function xmlParts(text: string): readonly Part[] {
  const pieces = text.matchAll(
    /<!(?:entity|doctype)\b[^<]{0,2000}|=\s*"([^"]{1,4000})"|=\s*'([^']{1,4000})'|>([^<>]{1,4000})</gi,
  );
  const found: Part[] = [];
  for (const [all, double, single, between] of pieces) {
    if (found.length >= mostParts) break;
    const said = double ?? single ?? between;
    if (said === undefined) found.push(part('body', all));
    else if (said.trim() !== '') found.push({ where: 'body', kind: 'xml', text: said });
  }
  return found;
}

function part(where: string, text: string): Part {
  return { where: where.slice(0, 80), kind: 'argument', text };
}

function namePart(where: string, text: string): Part {
  return { where: where.slice(0, 80), kind: 'name', text };
}

function plus(text: string): string {
  return text.replaceAll('+', ' ');
}
