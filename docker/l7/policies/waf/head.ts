import { isUtf8 } from 'node:buffer';
import type { WafRule } from '../../../protocol/l7/waf-rules.ts';
import type { WafSettings } from '../../../protocol/l7/waf.ts';
import type { RequestHead } from '../../message.ts';
import { fieldValue, fieldValues } from '../../message.ts';
import { plainCharsets } from './charsets.ts';
import type { Finding } from './judge.ts';
import { normalised } from './normalised.ts';
import type { Family } from './rule.ts';

/** Fields that no browser sends, and that change what a server behind us makes of a request. */
const restricted = [
  'proxy',
  'lock-token',
  'content-range',
  'translate',
  'if',
  'x-original-url',
  'x-rewrite-url',
  // Gone from HTTP (RFC 9110 section 12.5.2); whoever sends it wants an answer that is read in another charset than ours.
  'accept-charset',
];
const scannerFields = /^(?:acunetix-.*|x-scanner|x-scan-memo|x-wipp|x-ratproxy-loop|x-burp-.*)$/;
const scannerPaths = /nessus|appscan|acunetix|w00tw00t|\bnmaplowercheck|\bjbroofuzz|burpcollaborator/;
/** RFC 9110 section 8.3.1. */
const mediaType = /^[\w.+-]+\/[\w.+*-]+(?: ?; ?[\w-]+ ?= ?(?:"[^"]*"|[^\s;"]+))* ?;?$/;
const mostRanges = 5;

/** What a head says as such, whatever is in its values. */
export function judgeHead(head: RequestHead, settings: WafSettings): readonly Finding[] {
  const found: Finding[] = [];
  const add = (rule: WafRule, family: Family, where: string, match: string, score = 5) =>
    void found.push({ rule, family, where, match: match.slice(0, 80), score });
  const path = normalised(head.target.split('?', 1)[0] ?? '');
  const agent = fieldValue(head.fields, 'user-agent')?.toLowerCase() ?? '';
  const bad = settings.agents.find((word) => agent.includes(word.toLowerCase()));
  if (bad !== undefined) add('agent-listed', 'agent', 'user-agent', bad);
  const scanner = scannerPaths.exec(path)?.[0];
  if (scanner !== undefined) add('agent-path', 'agent', 'path', scanner);
  const type = /\.([a-z0-9]+)$/.exec(path)?.[1];
  if (type !== undefined && settings.fileTypes.includes(type))
    add('file-type', 'file-type', 'path', `.${type}`);
  if (/\.\w+~(?:\/|$)/.test(path)) add('file-backup', 'file-type', 'path', '~');
  // RFC 3986 section 2.1: a percent sign begins an escape, and an escape is two hex digits.
  if (/%(?![0-9a-f]{2}|u[0-9a-f]{4})/i.test(head.target)) add('bad-escape', 'protocol', 'url', '%', 3);
  // No standard has these escapes; who reads them makes ASCII of their wide forms (U+FF01 to U+FF5E).
  const wide = /%uff[0-5][0-9a-f]/i.exec(head.target)?.[0];
  if (wide !== undefined) add('wide-escape', 'protocol', 'url', wide);
  const broken = brokenUtf8(head.target);
  if (broken !== null) add('broken-utf-8', 'protocol', 'url', broken, 3);
  if (!settings.methods.includes(head.method)) add('method-unlisted', 'protocol', 'method', head.method);
  if (head.target.includes('%00')) add('null-byte', 'protocol', 'url', '%00');
  // UTF-8 that is longer than it need be hides a slash or a dot from whoever compares bytes (RFC 3629 section 3).
  const overlong = /%c[01]%[89ab]/i.exec(head.target)?.[0];
  if (overlong !== undefined) add('overlong-utf-8', 'protocol', 'url', overlong);
  for (const [name] of head.fields) {
    const field = name.toLowerCase();
    if (restricted.includes(field)) add('field-restricted', 'protocol', field, field);
    else if (scannerFields.test(field)) add('agent-field', 'agent', field, field);
  }
  judgeBody(head, add);
  judgeAccept(fieldValue(head.fields, 'accept'), add);
  judgeRanges(fieldValue(head.fields, 'range'), settings.paranoia, add);
  return found;
}

type Add = (rule: WafRule, family: Family, where: string, match: string, score?: number) => void;

function judgeBody(head: RequestHead, add: Add): void {
  const length = fieldValue(head.fields, 'content-length');
  const bodiless = head.method === 'GET' || head.method === 'HEAD';
  if (bodiless && length !== null && length !== '0') add('body-on-get', 'protocol', 'content-length', length);
  const types = fieldValues(head.fields, 'content-type');
  if (types.length > 1) add('two-content-types', 'protocol', 'content-type', 'twice');
  const type = types[0];
  if (type === undefined) return;
  if (!mediaType.test(type)) add('content-type-broken', 'protocol', 'content-type', type);
  const named = [...type.matchAll(/charset ?= ?"?([^\s;"]+)/gi)].map(([, one]) => one?.toLowerCase() ?? '');
  const strange = named.find((one) => !plainCharsets.includes(one));
  if (named.length > 1) add('charset-twice', 'protocol', 'content-type', named.join(', '));
  else if (strange !== undefined) add('charset-unusual', 'protocol', 'content-type', strange);
  if (/boundary/i.test(type) && !/^multipart\//i.test(type))
    add('boundary-astray', 'protocol', 'content-type', type);
}

/** RFC 9110 section 12.5.1: media ranges with parameters. A charset is none of theirs. */
const accepted = /^[\w.+*-]+\/[\w.+*-]+(?: ?; ?[\w-]+ ?= ?(?:"[^"]*"|[^\s;",]+))*$/;

function judgeAccept(accept: string | null, add: Add): void {
  if (accept === null) return;
  const all = accept.split(',').map((one) => one.trim());
  const strange = all.find((one) => one !== '' && one !== '*' && !accepted.test(one));
  if (strange !== undefined) add('accept-broken', 'protocol', 'accept', strange);
  else if (accept.trim() === '') add('accept-broken', 'protocol', 'accept', '', 3);
  const charset = /charset ?= ?"?([^\s;",]+)/gi;
  const unusual = [...accept.matchAll(charset)].find(
    ([, one]) => !plainCharsets.includes(one?.toLowerCase() ?? ''),
  );
  if (unusual !== undefined) add('charset-unusual', 'protocol', 'accept', unusual[0]);
}

/** Escaped octets that are no UTF-8 are another text to each reader; null where there are none. */
function brokenUtf8(target: string): string | null {
  for (const [run] of target.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    const octets = Buffer.from(run.replaceAll('%', ''), 'hex');
    if (!isUtf8(octets)) return run;
  }
  return null;
}

function judgeRanges(range: string | null, paranoia: number, add: Add): void {
  if (range === null) return;
  const all = range.replace(/^[^=]*=/, '').split(',');
  const backwards = all.find((one) => {
    const [, from, to] = /^ *(\d+)-(\d+) *$/.exec(one) ?? [];
    return from !== undefined && Number(from) > Number(to);
  });
  if (backwards !== undefined) add('range-backwards', 'protocol', 'range', backwards);
  if (all.length > mostRanges && paranoia > 1) add('range-many', 'protocol', 'range', `${all.length} ranges`);
}
