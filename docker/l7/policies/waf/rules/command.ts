import { anywhere, rulesOf } from '../rule.ts';
import type { Rule } from '../rule.ts';

const rule = rulesOf('command');

const programs =
  'cat|tac|ls|id|whoami|uname|wget|curl|nc|ncat|netcat|bash|sh|zsh|ksh|dash|python[23]?|perl|ruby|php|ping|rm|cp|mv|chmod|chown|kill|ps|pwd|env|echo|printf|head|tail|more|less|grep|awk|sed|find|xargs|tar|gzip|nslookup|dig|ifconfig|ip|netstat|telnet|ssh|scp|ftp|sudo|su|passwd|mkfifo|nohup|sleep|touch|tee|base64|xxd|gcc|make|crontab|mail|sendmail|type|dir|copy|net|tasklist|reg|sc|powershell|cmd';

/** Words that a shell would run. */
export const commandRules: readonly Rule[] = [
  rule(
    'command-chained',
    new RegExp(
      `(?:[;|\`]|&&|\\|\\||& |\\$\\(|<\\(|>\\() ?(?:\\{ ?|\\( ?)?(?:\\/?(?:usr\\/)?(?:local\\/)?s?bin\\/)?(?:${programs})\\b(?:\\.exe)?(?: -|,| ?[/$~\\\\"'><%*?]| \\d| \\w{1,40}\\.\\w| \\w{1,20}:\\/\\/|[\`);|&+}]|$)`,
    ),
  ),
  rule(
    'command-chained-unquoted',
    /(?:[;|`]|&&|\$\() ?(?:cat|ls|id|whoami|uname|wget|curl|nc|bash|sh|python|perl|ping|rm|chmod)(?: -| ?\/| ?\$|[`);|&]|$)/,
    { view: 'unquoted' },
  ),
  rule(
    'command-shell',
    /\/bin\/(?:ba|da|z|k|c|tc)?sh\b|\bcmd(?:\.exe)? \/[ckrq]\b|\/(?:usr\/)?(?:local\/)?s?bin\/\w{2,20}\b/,
    { kinds: anywhere },
  ),
  rule('command-shell-unquoted', /\/(?:usr\/)?s?bin\/(?:\w{2,20})|\/etc\/(?:passwd|shadow)/, {
    view: 'unquoted',
  }),
  rule('command-device', /\/dev\/(?:tcp|udp|null|random|sd[a-z]|shm|fd)\b/, { kinds: anywhere }),
  rule(
    'command-at-once',
    /^(?:ls|cat|wget|curl|chmod|rm|nc|ping|bash|sh|python|perl|id|uname|ps|tail|head|find|tar|cp|mv) (?:-[a-z]|\/|https?:)/,
    { view: 'unquoted' },
  ),
  rule('command-for', /\bfor\b.{0,80}%[^ ]{1,20} ?in ?\(.{0,300}\) ?do\b/),
  rule(
    'command-if',
    /\bif (?:\/i )?(?:not )?(?:\/i )?(?:exist|defined|errorlevel|cmdextversion)\b|\bif (?:\/i )?(?:not )?(?:\/i )?[^ ]{1,40} ?(?:==|\b(?:equ|neq|lss|leq|gtr|geq)\b)|\bif (?:not )?["'(%!].{0,40}["')%!] ?==/,
  ),
  rule(
    'command-powershell',
    /\bpowershell(?:\.exe)? -|\b(?:invoke|start|get|new|set|add)-(?:expression|webrequest|command|restmethod|process|content|childitem|object|item|wmiobject|service|executionpolicy|type)\b|\biex ?[($]|\[system\.(?:net|text|convert|io)\.|\.downloadstring ?\(|-encodedcommand\b/,
  ),
  rule(
    'command-variable',
    /\$\{?ifs\b|\$\{(?:ifs|path|home|shell|pwd|hostname|#?\w{1,20}[:%#/^,])|\$\(\(|\$(?:\d|@|\*)(?:\$|\/|\w)/,
  ),
  rule('command-function', /\(\) ?\{.{0,60};/, { kinds: anywhere }),
  rule(
    'command-windows',
    /\b(?:net (?:user|localgroup|share|use|start|stop|view)|reg (?:add|delete|query|export)|schtasks|bitsadmin|certutil -|regsvr32|rundll32|mshta|wmic|cscript|wscript|vssadmin|tasklist|taskkill|ipconfig) ?[/\w-]|%(?:systemroot|systemdrive|windir|comspec|appdata|userprofile|temp)%|\btype c:/,
  ),
  rule('command-substitution', /\$\([^)]{1,100}\)|`[^`]{1,100}`/, { score: 3, paranoia: 2 }),
  rule('command-wildcard', /\/(?:[a-z]{0,10}[?*[\]][a-z?*[\]]{0,10}\/?){1,5}/, {
    paranoia: 2,
    kinds: ['argument', 'cookie'],
  }),
  rule('command-word', new RegExp(`(?:^|[;|&\`(] ?)(?:${programs}) \\S`), { paranoia: 2 }),
];
