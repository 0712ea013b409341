import type { WafRule } from '../../../protocol/l7/waf-rules.ts';
import type { WafSettings } from '../../../protocol/l7/waf.ts';
import type { RequestHead } from '../../message.ts';
import { fieldValue, fieldValues } from '../../message.ts';
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
];
const scannerFields = /^(?:acunetix-.*|x-scanner|x-scan-memo|x-wipp|x-ratproxy-loop|x-burp-.*)$/;
const scannerPaths = /nessus|appscan|acunetix|w00tw00t|\bnmaplowercheck|\bjbroofuzz|burpcollaborator/;
/** RFC 9110 section 8.3.1. */
const mediaType = /^[\w.+-]+\/[\w.+*-]+(?: ?; ?[\w-]+ ?= ?(?:"[^"]*"|[^\s;"]+))* ?;?$/;
const charsets = ['utf-8', 'utf8', 'iso-8859-1', 'iso-8859-15', 'windows-1252', 'us-ascii'];
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
  const strange = named.find((one) => !charsets.includes(one));
  if (named.length > 1) add('charset-twice', 'protocol', 'content-type', named.join(', '));
  else if (strange !== undefined) add('charset-unusual', 'protocol', 'content-type', strange);
  if (/boundary/i.test(type) && !/^multipart\//i.test(type))
    add('boundary-astray', 'protocol', 'content-type', type);
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
