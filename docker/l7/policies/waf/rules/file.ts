import { anywhere, rulesOf } from '../rule.ts';
import type { Rule } from '../rule.ts';

const rule = rulesOf('traversal');
const remote = rulesOf('remote-file');

/** Files that are not meant for anybody outside: by climbing out of a folder, by name, or fetched from elsewhere. */
export const fileRules: readonly Rule[] = [
  rule('path-climbs', /(?:^|[/\\=])\.\.(?:[/\\]|$)/, {
    kinds: ['argument', 'name', 'cookie', 'path', 'file', 'header', 'xml'],
  }),
  rule(
    'path-climbs-encoded',
    /(?:(?:\.|0x2e|%c0%ae|%e0%80%ae|\\x2e|\\u002e){1,3}(?:0x5c|0x2f|%c0%af|%c1%9c|\\x2f|\\x5c)|(?:0x5c|0x2f|%c0%af|%c1%9c)(?:\.|0x2e|%c0%ae))/,
    { kinds: anywhere },
  ),
  rule(
    'path-system-file',
    /(?:\/etc\/(?:passwd|shadow|hosts|group|sudoers|issue|fstab|crontab|ssh|mysql|apache2|nginx|master\.passwd)\b|\/proc\/(?:self|version|cpuinfo|\d+)\b|\/var\/(?:log|run|mail|spool)\/|\bwin\.ini\b|\bboot\.ini\b|\bsystem32\b|\bmaster\.passwd\b|\/root\/\.|\/windows\/|\binetpub\b)/,
    { kinds: anywhere },
  ),
  rule(
    'path-hidden-file',
    /(?:^|[/\\=])\.(?:ssh|git|svn|hg|aws|gnupg|docker|kube|env|htaccess|htpasswd|htdigest|bash_(?:history|profile|rc)|bashrc|profile|netrc|npmrc|pgpass|my\.cnf|mysql_history|subversion|vimrc|wgetrc|curlrc)\b|\bid_(?:rsa|dsa|ed25519|ecdsa)\b|\bwp-config\.|\bweb\.config\b|\bweb-inf\b|\bmeta-inf\b|\bauthorized_keys\b/,
    { kinds: ['argument', 'cookie', 'path', 'file', 'xml'] },
  ),
  remote('remote-by-number', /^(?:https?|ftps?|file):\/\/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/),
  remote('remote-cut-off', /^(?:https?|ftps?|file)(?:[^ ]{0,200})\?+$/),
  remote('remote-scheme', /^(?:ftps?|file|gopher|dict|ldaps?|tftp|netdoc|jar):\/\//),
];
