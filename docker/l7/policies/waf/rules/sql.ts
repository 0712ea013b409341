import { anywhere, rulesOf, said } from '../rule.ts';
import type { Rule } from '../rule.ts';

const rule = rulesOf('sql');

/** Text that ends the string it was put into, and goes on as a statement. */
export const sqlRules: readonly Rule[] = [
  rule('sql-union', /\b(?:union|intersect|except|minus)\b(?: all| distinct)?[ (+]+select\b/, {
    kinds: anywhere,
  }),
  rule('sql-always-true', /['"`) ](?: ?)\b(?:or|and)\b ?\(?['"]?(\w{1,20})['"]? ?(?:=|like) ?\(?['"]?\1\b/),
  // Of two values that are the same the rule above has told already.
  rule(
    'sql-quote-compare',
    /['"`] ?\)? ?(?:or|and|xor|\|\||&&)[ (+!]{1,3}(?!['"(]{0,3}(\w{1,20})['"]? ?(?:=|like) ?['"(]{0,3}\1\b)[^=<>]{0,40}?(?:=|<|>|\blike\b|\brlike\b|\bregexp\b|\bbetween\b|\bin ?\(|\bis\b) ?['"`(\w-]/,
  ),
  rule('sql-quote-concat', /['"`] ?(?:\|\||\+|;) ?\(? ?(?:select|exec|declare|char|chr|cast|waitfor|case)\b/),
  rule('sql-quote-comment', /['"`] ?(?:;|\)|or\b|and\b)?[^'"`]{0,40}(?:-- ?|#)$/),
  rule('sql-quotes-alone', /^['"`]{2,}$|^['"`];?$/),
  rule(
    'sql-stacked',
    /; ?(?:drop (?:table|database|view|user|index|schema)|delete from|insert into \w+ ?[(vs]|update \w+ set|alter \w+ \w|create (?:table|user|function|database|or replace)|truncate (?:table )?\w|exec(?:ute)?[ (]|shutdown\b|declare @|select\b.{0,40}(?:\(|from|$)|grant \w+ (?:on|to)|backup database|merge (?:into|using))/,
  ),
  rule('sql-sleep', /\b(?:(?:sleep|benchmark|pg_sleep|dbms_lock\.sleep) ?\(|waitfor (?:delay|time) ?['"(])/),
  rule(
    'sql-function',
    /\b(?:extractvalue|updatexml|xmltype|load_file|group_concat|concat_ws|utl_http\.request|utl_inaddr\.\w{3,20}|dbms_\w{3,20}\.\w{3,20}|char_length|unhex|from_base64|to_base64|user_name|db_name|schema_name|current_database|sys_eval|sys_exec|pg_read_file|procedure analyse|lo_import|randomblob|sqlite_version|openrowset|opendatasource|make_set|elt|row_count|found_rows|aes_decrypt|is_srvrolemember|substring_index|json_keys|gtid_subset) ?\(/,
  ),
  rule(
    'sql-own-name',
    /\b(?:database|version|user|schema|current_user|session_user|system_user) ?\( ?\)|@@(?:version|hostname|datadir|basedir|global)|\bdatabase ?\($/,
  ),
  rule(
    'sql-schema',
    /\binformation_schema\b|\bsqlite_(?:master|temp_master)\b|\bpg_(?:catalog|user|shadow|tables|class)\b|\b(?:mysql|master|sys)\.(?:db|user|dbo|tables|columns|objects|databases)\b|\bsys(?:objects|columns|databases|users|logins)\b|\bmsys(?:aces|accessobjects|objects|queries|relationships)\b|\b(?:all|user|dba)_(?:tables|tab_columns|objects|users)\b|^(?:tempdb|msdb|northwind|schema_name|mysql\.db)$/,
    { kinds: anywhere },
  ),
  rule(
    'sql-procedure',
    /\b(?:xp_(?:cmdshell|reg\w{3,20}|dirtree|fileexist|servicecontrol|loginconfig|enumdsn|availablemedia|ntsec\w{0,20})|sp_(?:executesql|oacreate|oamethod|password|addextendedproc|makewebtask|sqlexec|prepare|addsrvrolemember|configure|help\w{0,10}))\b/,
    { kinds: anywhere },
  ),
  rule(
    'sql-select',
    /\bselect\b[^;]{1,100}\bfrom\b ["`[]?\w[\w."`\]]{0,60} ?(?:where\b|limit \d|order by|group by|having\b|union\b|--|;|\)|#|$|,)/,
    { paranoia: 2 },
  ),
  rule(
    'sql-select-where',
    /\bselect\b[^;]{1,100}\bfrom\b ["`[]?\w[\w."`\]]{0,60} ?(?:where \S|limit \d|order by \d|union\b|--|;|#|\))/,
  ),
  rule(
    'sql-select-in',
    /\( ?select\b [^)]{1,100}(?:\bfrom\b|\()|\bselect (?:\*|@@|\d+ ?,|count ?\(|null\b ?,|char ?\(|case when|if ?\(|sleep|load_file|pg_sleep|dbms_)/,
  ),
  rule('sql-select-from', /\bselect\b.{1,100}\bfrom\b [\w"`[]/, { paranoia: 2 }),
  rule(
    'sql-order',
    /\b(?:order|group) by \d{1,3} ?(?:--|#|;|,|asc|desc|$)|\bhaving \d+ ?[=<>]|\binto (?:out|dump)file ?['"]|\bload data (?:local )?infile\b|\bcase when .{1,60} then\b/,
  ),
  rule(
    'sql-as-from',
    /^[)`;!\d ]{1,6}['"`]? ?as ['"`]?\w{1,40}['"`]? from\b|\) as ['"`]?\w{1,40}['"`]? from\b|` (?:as `|regexp|like|between)|^\) ?(?:like|or|and|union|in) ?\(/,
  ),
  rule('sql-hex', /['"`=(, ]0x[0-9a-f]{8,}|\bch(?:a)?r ?\( ?\d{1,3} ?(?:,|\) ?(?:\+|\|\|))/),
  rule(
    'sql-inline-comment',
    /\/\*!\d{0,6}|\b(?:un|uni|sel|or|and|union|select|from|where)\/\*.{0,40}?\*\/ ?\w/,
    { view: 'lines', kinds: anywhere },
  ),
  rule(
    'sql-document',
    /(?:\[|\{ ?['"]?)\$(?:ne|eq|gte?|lte?|nin|in|where|regex|exists|or|and|not|nor|elemmatch|size|type)\b/,
  ),
  rule(
    'sql-declare',
    /\bdeclare @?\w{1,30} (?:n?varchar|int|cursor|table)|\bdeclare @\w|\balter table `|\bexec(?:ute)? (?:immediate|master\.|sp_|xp_|\(? ?@)|\bcreate (?:function|procedure) \w{1,30}.{0,40}\breturns?\b|\b(?:drop|create|alter) (?:table|database|user|function|procedure|trigger) [\w"`[.]{1,60} ?(?:;|\(|--|#|as\b|$)/,
  ),

  rule('sql-quote', /['"`] ?(?:=|<|>|\|\||;|\)|,|\band\b|\bor\b|\bin\b|\blike\b|\+|-|\*|\/|%|&|!|\^|\d)/, {
    score: 3,
    paranoia: 2,
  }),
  rule(
    'sql-operator',
    /(?:^|\W)(?:\|\||&&|<=>|!=|<>|>>|<<|:=|>=|<=|xor|rlike|regexp|sounds like|is (?:not )?null|(?:not )?like null|(?:not )?between \d|(?:not )?in ?\([^)]{1,200}\)?)(?:\W|\w|$)/,
    { paranoia: 2 },
  ),
  rule(
    'sql-compare',
    /(?:^|[^\w.])['"`]?(\w{1,12})['"`]? ?(?:=|!=|<>|<=>|like|rlike|regexp) ?['"`]?(?:\1|\d{1,6})\b/,
    { paranoia: 2 },
  ),
  rule(
    'sql-word',
    /\b(?:or|and|having|where|xor|div|mod) ?[( ]+['"`]?[\w-]{1,20}['"`]? ?(?:=|<|>|!=|\blike\b|\bin\b|\bis\b|\bbetween\b)/,
    { paranoia: 2 },
  ),
  rule(
    'sql-call',
    /\b(?:abs|ascii|avg|bin|cast|ceil(?:ing)?|char|chr|coalesce|concat|convert|cos|count|curdate|datediff|decode|exp|floor|format|greatest|hex|if|ifnull|insert|instr|isnull|lcase|least|left|length|locate|lower|lpad|ltrim|max|md5|mid|min|mod|now|nullif|nvl|oct|ord|position|pow(?:er)?|rand|repeat|replace|reverse|right|round|rpad|rtrim|sha1?|sign|sin|space|sqrt|str|strcmp|substr(?:ing)?|sum|sysdate|tan|to_char|trim|truncate|ucase|upper|uuid|values|week|year) ?\(/,
    { paranoia: 2, score: 5 },
  ),
  rule('sql-comment', /(?:--|#|\/\*|;%00|;\0)(?:[\s'"\w]|$)/, {
    paranoia: 2,
    view: 'lines',
    score: 5,
    kinds: said,
  }),
  rule('sql-name-quoted', /`[\w ]{1,60}`|["'][\w-]{1,20}["'] ?(?:or|and|=|<|>)/, { paranoia: 2 }),
  rule(
    'sql-query-words',
    /\b(?:select|insert|update|delete|drop|alter|create|truncate|exec|union|merge|call|desc|describe|show|handler|replace|load|grant|revoke|rename)\b ?[(\w*'"`@]{0,30} ?\b(?:from|into|table|set|where|as|values|by|select|tables|columns|databases|all|procedure|function|database|join|on)\b/,
    { paranoia: 2 },
  ),
];
