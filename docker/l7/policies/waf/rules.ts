import type { WafRule } from '../../../protocol/l7/waf.ts';
import type { Part } from './parts.ts';

export type Family = 'sql' | 'script' | 'traversal' | 'command' | 'agent' | 'file-type' | 'protocol';

/** What is looked for, where, and what it counts. Patterns see normalised text, and none of them backtracks far. */
export interface Rule {
  readonly id: WafRule;
  readonly family: Family;
  readonly kinds: readonly Part['kind'][];
  readonly pattern: RegExp;
  readonly score: number;
  readonly paranoia: 1 | 2;
}

const said: readonly Part['kind'][] = ['argument', 'cookie'];
const anywhere: readonly Part['kind'][] = ['argument', 'cookie', 'header', 'path'];

function rule(
  id: WafRule,
  family: Family,
  pattern: RegExp,
  kinds: readonly Part['kind'][] = said,
  score = 5,
  paranoia: 1 | 2 = 1,
): Rule {
  return { id, family, kinds, pattern, score, paranoia };
}

/** Ours, written for this lab: the families and the idea of scores are the Core Rule Set's, the patterns are not. */
export const rules: readonly Rule[] = [
  rule('sql-union', 'sql', /\bunion\b(?: all| distinct)?[ (]+select\b/, anywhere),
  rule(
    'sql-always-true',
    'sql',
    /['"`) ](?: ?)\b(?:or|and)\b ?\(?['"]?(\w{1,20})['"]? ?(?:=|like) ?\(?['"]?\1\b/,
  ),
  rule('sql-quote-comment', 'sql', /['"`] ?(?:;|\)|or\b|and\b)?[^'"`]{0,40}(?:-- ?|#)$/),
  rule(
    'sql-stacked',
    'sql',
    /; ?(?:drop|delete|insert|update|alter|create|truncate|exec|shutdown)\b [\w "`[]/,
  ),
  rule('sql-sleep', 'sql', /\b(?:sleep|benchmark|pg_sleep|waitfor delay) ?[( ']/),
  rule(
    'sql-schema',
    'sql',
    /\binformation_schema\b|\bsqlite_master\b|\bpg_catalog\b|\bxp_cmdshell\b/,
    anywhere,
  ),
  rule('sql-select-from', 'sql', /\bselect\b.{1,100}\bfrom\b [\w"`[]/, said, 5, 2),
  rule('sql-quote', 'sql', /['"`] ?(?:=|<|>|\|\||;)/, said, 3, 2),

  rule('script-tag', 'script', /<\/?script\b/, anywhere),
  rule('script-handler', 'script', /<\w[^>]{0,200}[\s/"']on[a-z]{3,20} ?=/, anywhere),
  rule('script-url', 'script', /(?:=|^|["'( ])(?:javascript|vbscript) ?:/, said),
  rule('script-active-tag', 'script', /<(?:iframe|object|embed|applet|base|svg|math|meta)\b/, anywhere),
  rule('script-call', 'script', /\b(?:alert|eval|prompt|confirm|settimeout) ?[(`]/, said, 3, 2),

  rule('path-climbs', 'traversal', /(?:^|[/\\=])\.\.(?:[/\\]|$)/, ['argument', 'cookie', 'path', 'file']),
  rule(
    'path-system-file',
    'traversal',
    /(?:\/etc\/(?:passwd|shadow|hosts)\b|\/proc\/self\/|\bwin\.ini\b|\bboot\.ini\b)/,
    anywhere,
  ),

  rule(
    'command-chained',
    'command',
    /(?:[;|`]|&&|\$\() ?(?:cat|ls|id|whoami|uname|wget|curl|nc|bash|sh|python|perl|ping|rm|chmod|powershell|cmd)\b(?: [-/.\w]|[`);|&]|$)/,
  ),
  rule('command-shell', 'command', /\/bin\/(?:ba|da|z|k)?sh\b|\bcmd(?:\.exe)? \/c\b/, anywhere),
  rule('command-substitution', 'command', /\$\([^)]{1,100}\)|`[^`]{1,100}`/, said, 3, 2),
  rule('command-function', 'command', /\(\) ?\{ ?:? ?;? ?\} ?;/, ['header', 'argument', 'cookie']),
];
