import type { CookieEdits, SetCookieEdits } from '../../protocol/l7/route.ts';
import type { Field } from '../message.ts';
import { readCookies, writeCookies } from './cookies.ts';
import type { CookiePair } from './cookies.ts';
import type { EditFields } from './header-edits.ts';

/** The client's cookies as the target shall see them: one field, ours last. Null where nothing is to be done. */
export function requestCookieEdits(edits: CookieEdits): EditFields | null {
  const set = Object.entries(edits.set);
  if (set.length === 0 && edits.remove.length === 0) return null;
  const gone = new Set([...edits.remove, ...set.map(([name]) => name)]);
  return (fields) => {
    const pairs: CookiePair[] = [...readCookies(fields).filter(([name]) => !gone.has(name)), ...set];
    const others = fields.filter(([name]) => name.toLowerCase() !== 'cookie');
    return pairs.length === 0 ? others : [...others, ['Cookie', writeCookies(pairs)]];
  };
}

/** Attributes of the cookies that a target sets, by name; the value is never touched. */
export function setCookieEdits(edits: Readonly<Record<string, SetCookieEdits>>): EditFields | null {
  const byName = new Map(Object.entries(edits));
  if (byName.size === 0) return null;
  return (fields) =>
    fields.map((field): Field => {
      const [name, line] = field;
      if (name.toLowerCase() !== 'set-cookie') return field;
      const edit = byName.get(line.slice(0, Math.max(0, line.indexOf('='))).trim());
      return edit === undefined ? field : [name, withAttributes(line, edit)];
    });
}

function withAttributes(line: string, edit: SetCookieEdits): string {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const stated: readonly (readonly [name: string, value: string | boolean | null])[] = [
    ['Path', edit.path],
    ['Domain', edit.domain],
    ['Secure', edit.secure],
    ['HttpOnly', edit.httpOnly],
    ['SameSite', edit.sameSite],
  ];
  const changed = stated.filter(([, value]) => value !== null);
  const names = new Set(changed.map(([name]) => name.toLowerCase()));
  const kept = attributes.filter((one) => one !== '' && !names.has((one.split('=')[0] ?? '').toLowerCase()));
  const ours = changed.flatMap(([name, value]) => {
    if (value === false) return [];
    return value === true ? [name] : [`${name}=${String(value)}`];
  });
  return [pair, ...kept, ...ours].join('; ');
}
