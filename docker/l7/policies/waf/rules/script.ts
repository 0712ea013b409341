import { anywhere, rulesOf } from '../rule.ts';
import type { Rule } from '../rule.ts';

const rule = rulesOf('script');

/** What a page would run, or fetch from elsewhere, if the text were put into it. */
export const scriptRules: readonly Rule[] = [
  rule('script-tag', /<[^\w<>]{0,6}(?:[\w-]{1,20}:)?script\b/, { kinds: anywhere }),
  rule('script-handler', /<\w[^>]{0,200}[\s/"']on[a-z]{3,20} ?=/, { kinds: anywhere }),
  rule(
    'script-handler-alone',
    /(?:^|["'`/; ])on(?:load|error|click|dblclick|mouse\w{2,9}|focus\w{0,3}|blur|key\w{2,5}|submit|change|drag\w{0,5}|drop|paste|wheel|scroll\w{0,3}|resize|toggle|begin|repeat|zoom|animation\w{3,10}|transition\w{3,10}|pointer\w{2,12}|touch\w{3,6}|message|hashchange|popstate|beforeunload|unload|abort|canplay\w{0,7}|playing|activate|beforeactivate|select\w{0,5}|finish|show|hide|start|afterprint|beforeprint|readystatechange|propertychange|securitypolicyviolation) ?=/,
    { kinds: anywhere },
  ),
  rule('script-url', /(?:=|^|["'( ])(?:javascript|vbscript) ?:/),
  rule('script-url-spelled', /(?:^|["'(=>])(?:javascript|vbscript|livescript):/, {
    view: 'tight',
    kinds: anywhere,
  }),
  rule(
    'script-data-url',
    /(?:^|[="'( ])data:(?:text\/(?:html|javascript|xml)|image\/svg|application\/(?:x|j)|[^, ]{0,40};base64|,)/,
  ),
  rule(
    'script-active-tag',
    /<(?:[\w-]{1,20}:)?(?:iframe|object|embed|applet|base|svg|math|meta|frameset|isindex|bgsound|marquee|layer|ilayer|keygen|vmlframe|xss|noscript|template|portal|animate|set|use|foreignobject)\b/,
    { kinds: anywhere },
  ),
  rule(
    'script-tag-spelled',
    /<(?:[\w-]{1,20}:)?(?:script|iframe|form|object|embed|applet|meta|svg|style|isindex|marquee)/,
    { view: 'tight', kinds: anywhere },
  ),
  rule(
    'script-tag-loads',
    /<(?:a|img|image|link|body|input|button|video|audio|source|track|table|td|div|p|html|style|details|area|form|select|textarea)\b[^>]{0,100}\b(?:href|src|srcset|style|formaction|action|background|poster|xlink:href|dynsrc|lowsrc|data|style)\b/,
    { kinds: anywhere },
  ),
  rule(
    'script-attribute',
    /["'` ](?:formaction|xlink:href|srcdoc|data:text|fscommand|seeksegmenttime) ?=|\bxmlns(?::\w{1,20})? ?=|\bstyle ?= ?["']?[^"']{0,100}(?:expression ?\(|url ?\(|behaviou?r ?:|-moz-binding)/,
    { kinds: anywhere },
  ),
  rule(
    'script-dom',
    /\bdocument\)? ?(?:\. ?(?:cookie|write(?:ln)?|domain|location|url|body|documentelement|getelement\w{3,20})|\[)|\bwindow ?(?:\. ?(?:location|name|open|onload)|\[)|\.(?:innerhtml|outerhtml|parentnode)\b|\bstring\.fromcharcode\b|-moz-binding|@import\b|\bself\[|\btop\[|\batob ?\(|\b(?:this|self|window|top|parent|frames)\)? ?\[ ?['"`]/,
    { kinds: anywhere },
  ),
  rule(
    'script-markup',
    /<!\[cdata\[|<!--|<!entity\b|<!doctype[^>]{0,80}\[|<\?xml\b[^>]{0,80}\?>.{0,20}<!|<\?import\b|<\?xml-stylesheet\b|\bxi:include\b|<xsl:/,
    { kinds: ['argument', 'name', 'cookie', 'header', 'path'] },
  ),
  rule(
    'script-expression',
    /\b(?:expression|behaviou?r) ?(?:\(|: ?url)|\{\{.{0,60}(?:constructor|\$on|\$eval).{0,60}\}\}/,
  ),
  rule(
    'script-call-now',
    /\b(?:alert|eval|prompt|confirm|settimeout|setinterval|fetch|importscripts|execscript) ?[(`](?:['"`\d]|document|window|string|atob|location|this|name|unescape|xss|\))/,
  ),
  rule('script-no-letters', /\+!?!?\[\]|(?:!\[|\[\]\[)[[\]()!+]{3,}/, { view: 'tight' }),
  rule('script-utf7', /[+ ]adw-.{0,200}[+ ]ad4-/),
  rule('script-call', /\b(?:alert|eval|prompt|confirm|settimeout) ?[(`]/, { score: 3, paranoia: 2 }),
  rule('script-any-tag', /<[a-z!/][^<>]{0,200}>|<[a-z]\w{0,20}[ /]/, { paranoia: 2 }),
  rule('script-template', /\{\{.{1,200}\}\}/, { paranoia: 2 }),
];
