import { rulesOf, said } from '../rule.ts';
import type { Rule } from '../rule.ts';

const rule = rulesOf('protocol');

/** Text that would become lines of a protocol: of HTTP's head, of another request, of a directory's filter. */
export const injectionRules: readonly Rule[] = [
  rule(
    'line-header',
    /[\r\n][ \t]*(?:content-(?:type|length|disposition|encoding)|set-cookie2?|cookie|location|refresh|host|via|transfer-encoding|connection|server|remote-(?:ip|addr)|originating-ip|x-(?:forwarded-\w{2,6}|remote-\w{2,6}|originating-ip|host)|forwarded\w{0,8})[\s]*:/,
    { view: 'lines', kinds: ['argument', 'name', 'cookie', 'path', 'header'] },
  ),
  rule(
    'line-request',
    /(?:^|[\r\n ])(?:get|post|head|options|connect|put|delete|trace|track|patch|propfind|proppatch|mkcol|copy|move|lock|unlock)[ \t]+(?:\/|\w{2,8}:\/\/)[^\s]{0,200}(?:[ \t]+http\/\d|[\r\n])|(?:get|post|head|put|delete|connect)[ \t]+\/[^\s]{0,200}[ \t]+http\/\d/,
    { view: 'lines' },
  ),
  rule('line-answer', /\bhttp\/\d(?:\.\d)? \d{3}\b|<html\b.{0,100}<\/html>/),
  rule('line-in-name', /[\r\n]/, { view: 'lines', kinds: ['name', 'path'] }),
  rule(
    'directory-filter',
    /\*\)[!(]|\)\([|&!*\w]{1,20}[=()]|\(\|\(|\(&\(|\)!\(|\)\)\([&|]|\)\(\w{1,20}[<>~]?=/,
    { view: 'tight' },
  ),
  rule('null-in-value', /\0/, { view: 'lines', kinds: ['argument', 'name', 'cookie', 'header', 'file'] }),
  rule('mail-line', /[\r\n][ \t]*(?:to|cc|bcc|subject|reply-to|from)[ \t]*:/, { view: 'lines', paranoia: 2 }),
  rule('control-character', /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/, { view: 'lines', kinds: said, paranoia: 2 }), // eslint-disable-line no-control-regex
];
