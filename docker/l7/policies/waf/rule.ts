import type { WafRule } from '../../../protocol/l7/waf-rules.ts';
import type { Part } from './parts.ts';

export type Family =
  | 'sql'
  | 'script'
  | 'traversal'
  | 'command'
  | 'code'
  | 'remote-file'
  | 'agent'
  | 'file-type'
  | 'protocol'
  | 'session';

/**
 * How a rule wants its text: `plain` as `normalised` gives it; `lines` with its line ends and comments; `unquoted` without
 * what a shell swallows; `tight` without any space.
 */
export type View = 'plain' | 'lines' | 'unquoted' | 'tight';

/** What is looked for, where, and what it counts. No pattern backtracks far. */
export interface Rule {
  readonly id: WafRule;
  readonly family: Family;
  readonly kinds: readonly Part['kind'][];
  readonly pattern: RegExp;
  readonly score: number;
  readonly paranoia: 1 | 2;
  readonly view: View;
}

/** What a client says in so many words, and the names it gives to it. */
export const said: readonly Part['kind'][] = ['argument', 'name', 'cookie', 'xml'];
export const anywhere: readonly Part['kind'][] = ['argument', 'name', 'cookie', 'xml', 'header', 'path'];

type More = Partial<Pick<Rule, 'kinds' | 'score' | 'paranoia' | 'view'>>;

/** Of one family: five points, at the first level, in plain text, wherever a client says something. */
export function rulesOf(family: Family): (id: WafRule, pattern: RegExp, more?: More) => Rule {
  return (id, pattern, more = {}) => ({
    id,
    family,
    pattern,
    kinds: said,
    score: 5,
    paranoia: 1,
    view: 'plain',
    ...more,
  });
}
