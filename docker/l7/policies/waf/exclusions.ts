import { normalPath } from '../normal-path.ts';
import type { Finding } from './judge.ts';

/** A finding that counts for nothing: of this rule, in this part where one is named, under this path where one is. */
interface Exclusion {
  readonly rule: string;
  readonly part: string | null;
  readonly path: string | null;
}

export type IsExcluded = (finding: Finding, target: string) => boolean;

/** The schema has seen to it that each is "RULE", then " in PART" and " at /PATH" where they are wanted. */
export function exclusions(texts: readonly string[]): IsExcluded {
  if (texts.length === 0) return () => false;
  const all = texts.map(read);
  return ({ rule, where }, target) => {
    const path = normalPath(target.split('?', 1)[0] ?? '');
    return all.some(
      (one) =>
        one.rule === rule &&
        (one.part === null || one.part === where) &&
        (one.path === null || (path !== null && under(path, one.path))),
    );
  };
}

function read(text: string): Exclusion {
  const at = text.indexOf(' at /');
  const before = at === -1 ? text : text.slice(0, at);
  const inside = before.indexOf(' in ');
  return {
    rule: inside === -1 ? before : before.slice(0, inside),
    part: inside === -1 ? null : before.slice(inside + 4),
    path: at === -1 ? null : text.slice(at + 4),
  };
}

/** By segments, as routes have it: /search is not /searching. */
function under(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
