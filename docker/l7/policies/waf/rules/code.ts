import { anywhere, rulesOf } from '../rule.ts';
import type { Rule } from '../rule.ts';

const rule = rulesOf('code');

/** Words of the languages that servers are written in: nobody's search, but somebody's evaluation. */
export const codeRules: readonly Rule[] = [
  rule('code-php-open', /<\?(?:php\b|=|\s(?!xml))|\[\/?php\]/, { kinds: anywhere }),
  rule(
    'code-php-global',
    /\$_(?:get|post|request|server|cookie|session|files|env)\b|\$(?:globals|http_(?:get|post|cookie|server|env|raw_post|response)\w{0,12})\b|\bphp_(?:self|auth_\w{2,10})\b|\bargv\[/,
    { kinds: anywhere },
  ),
  rule('code-php-stream', /\b(?:php|phar|zlib|glob|expect|ogg|rar|ssh2|zip|compress\.\w{2,8}|data):\/\//, {
    kinds: anywhere,
  }),
  rule(
    'code-php-function',
    /\b(?:base64_decode|call_user_func(?:_array)?|shell_exec|passthru|proc_open|popen|pcntl_\w{3,12}|create_function|file_(?:get|put)_contents|file_exists|fopen|fsockopen|pfsockopen|fwrite|fread|fputs|readfile|readdir|opendir|scandir|mkdir|rmdir|unlink|tempnam|tmpfile|parse_ini_file|show_source|highlight_file|move_uploaded_file|is_\w{3,12}|get_\w{3,30}|getenv|putenv|ini_(?:set|get)|print_r|var_dump|phpinfo|phpversion|gzinflate|gzuncompress|gzdecode|str_rot13|strrev|str_replace|preg_\w{4,20}|curl_(?:exec|init|multi\w{0,10})|posix_\w{3,20}|array_\w{3,20}|register_\w{4,30}|ob_\w{3,20}|mb_\w{3,20}|json_(?:en|de)code|unserialize|extract|parse_str|escapeshell\w{3,4}|dl|symlink|link|chgrp|chmod|chown|touch|rename|copy|glob|fileperms|filesize|ftp_\w{3,12}|mysqli?_\w{3,20}|pg_\w{3,20}|sqlite_\w{3,20}|error_log|set_\w{3,30}|spl_\w{3,20}|reflection\w{3,12}|simplexml_\w{3,12}|xml\w{3,20}|assert|eval|system|exec|chr|ord|hex2bin|bin2hex|urldecode|rawurldecode|base_convert|md5_file|sha1_file|stream_\w{3,30}|socket_\w{3,20}|openssl_\w{3,20}|bzopen|gzopen|gzfile|image\w{4,20}) ?\(/,
    { kinds: anywhere },
  ),
  rule(
    'code-php-rare-name',
    /\b(?:base64_decode|call_user_func(?:_array)?|shell_exec|passthru|proc_open|pcntl_exec|file_(?:get|put)_contents|move_uploaded_file|phpinfo|gzinflate|gzuncompress|fsockopen|unserialize|create_function|escapeshellcmd|posix_getegid|posix_\w{4,12}|array_(?:diff|map|filter)_u?key|register_shutdown_function|call_user_method)\b|call_user_func/,
    { kinds: anywhere },
  ),
  rule(
    'code-php-setting',
    /\b(?:allow_url_(?:include|fopen)|auto_(?:ap|pre)pend_file|open_basedir|disable_functions|safe_mode\w{0,20}|register_globals|magic_quotes\w{0,10}|display_errors|error_log|extension_dir|short_open_tag|output_buffering|upload_tmp_dir|session\.\w{3,20}|suhosin\.\w{3,40}|mail\.\w{3,30}|assert\.\w{3,20}) ?=/,
  ),
  rule('code-php-object', /\b[oc]:\+?\d{1,4}:"[\w\\]{1,100}":\d{1,4}:\{/, { kinds: anywhere }),
  rule(
    'code-php-variable-call',
    /\$+ ?(?:\{ ?['"@$]{0,3}\w{1,30}[^}]{0,30}\}|[a-z_]\w{0,30})(?: ?\[[^()]{1,30}\]| ?\{[^}]{1,20}\})* ?\(|\$+[a-z_]\w{0,30} ?= ?@?\$/,
    { kinds: ['argument', 'name', 'cookie', 'xml', 'path'] },
  ),
  rule(
    'code-name-called',
    /\[ ?['"]?\w{1,30}['"]? ?\]\)? ?(?:\[\d+\]|\{\d+\}) ?\(|\(['"][\w"'.]{1,60}['"]\) ?\(|\( ?\w{2,20} ?\) ?\( ?['"]?\w|["']\w{3,20}["'] ?\(|(?:\["\w{1,20}"\]|\]\)) ?\(/,
  ),
  rule(
    'code-upload',
    /\.(?:php\d{0,2}|phtml|phar|phps?|pht|shtml|jspx?|aspx?|cgi|exe|dll|bat|sh)[ .]*(?:;|$)/,
    { kinds: ['file'] },
  ),

  rule(
    'code-node',
    /\b__js_function\b|_\$\$nd_func\$\$_|\bnew function ?\(|\bfunction ?\([^)]{0,60}\) ?\{|\bthis\.constructor\b|\bconstructor\.constructor\b|\bmodule\.exports ?=|\brequire ?\( ?['"]|\bprocess\.(?:env|mainmodule|binding|exit)\b|\bchild_process\b|__proto__|\bconstructor\.prototype\b|\bconstructor\[|\breflect\.\w{3,12} ?\(/,
  ),
  rule('code-node-hidden', /\bxyqktkrfr[vl][\w=]{0,20}|\bjf[\w]{2}bkx[\w=]{0,20}/),
  rule(
    'code-java-class',
    /\bjava\.(?:\w{1,30}\.)?(?:io|lang|util|net|beans|rmi|nio|security|sql|awt|math|runtime|process\w{0,10})\b|\bjavax\.(?:script|naming|management|servlet|swing|el|faces)\b|\b(?:org\.apache\.(?:commons|struts2?|catalina|tomcat|xalan|logging)|org\.(?:springframework|hibernate|codehaus|mozilla\.javascript)|com\.(?:sun|opensymphony|mchange)|sun\.(?:misc|reflect|rmi))\b|\borg\.omg\.corba\b|\bfreemarker\.\w/,
    { kinds: anywhere },
  ),
  rule(
    'code-java-gadget',
    /\b(?:processbuilder|getruntime|classloader|beanfactory|methodinvokingfactory|invokertransformer|instantiatetransformer|chainedtransformer|constanttransformer|clonetransformer|instantiatefactory|prototype(?:clone|serialization)factory|whileclosure|forclosure|ognlcontext|scriptengine(?:manager)?|xmldecoder|templatesimpl|jndi(?:realm|lookup)|unmarshaller|memberaccess|xworkmethodaccessor)\b|\bruntime\.(?:exec|get|\w{0,30}(?:factory|closure|transformer))|\.getclass ?\(|\bclass\.(?:module|classloader|forname)\b/,
    { kinds: anywhere },
  ),
  rule(
    'code-java-stream',
    /\bro0ab[\w+/=]|\bky?y?ro0ab|\baced0005|\xac\xed\0.|\b(?:s7saf|eskabf|rikabu|qs8xbq)\w/,
    { kinds: anywhere, view: 'lines' },
  ),
  rule(
    'code-expression',
    /[$#%@*]\{ ?(?:jndi|\$\{|lower|upper|env|sys|ctx|java|date|main|bundle|\(|#|@|t\(|\d{1,6} ?[*+-] ?\d)|[#%]\{.{0,60}(?:@|#\w{1,20} ?=)|%\{\(|\bt\(java|\(#\w{1,30} ?=|@java\./,
    { kinds: anywhere },
  ),
  rule(
    'code-java-word',
    /\b(?:java|runtime|process|javax|classloader)\.\w{2,30}\b.{0,40}\b(?:runtime|exec|process\w{0,8}|evil|factory|loader|closure|transformer)\b/,
    { paranoia: 1, kinds: anywhere },
  ),
];
