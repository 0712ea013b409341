import type { WafRule, WafSettings } from '../../../protocol/l7/waf.ts';
import type { RequestHead } from '../../message.ts';
import { fieldValue, fieldValues } from '../../message.ts';
import { normalised } from './normalised.ts';
import type { Part } from './parts.ts';
import { rules } from './rules.ts';
import type { Family } from './rules.ts';

export interface Finding {
  readonly rule: WafRule;
  readonly family: Family;
  /** "query id", "body name", "user-agent" */
  readonly where: string;
  readonly match: string;
  readonly score: number;
}

/** What is looked at of one part: a rule's time must not grow with what a client chooses to send. */
const mostText = 16_384;

export function judgeParts(parts: readonly Part[], paranoia: number): readonly Finding[] {
  const active = rules.filter((rule) => rule.paranoia <= paranoia);
  return parts.flatMap(({ where, kind, text }) => {
    const plain = normalised(text.slice(0, mostText));
    return active.flatMap(({ id, family, kinds, pattern, score }): Finding[] => {
      const found = kinds.includes(kind) ? pattern.exec(plain) : null;
      return found === null ? [] : [{ rule: id, family, where, match: found[0].trim().slice(0, 80), score }];
    });
  });
}

/** What a head says as such, whatever is in it. */
export function judgeHead(head: RequestHead, settings: WafSettings): readonly Finding[] {
  const found: Finding[] = [];
  const add = (rule: WafRule, family: Family, where: string, match: string, score = 5) =>
    void found.push({ rule, family, where, match: match.slice(0, 80), score });
  const agent = fieldValue(head.fields, 'user-agent')?.toLowerCase() ?? '';
  const bad = settings.agents.find((word) => agent.includes(word.toLowerCase()));
  if (bad !== undefined) add('agent-listed', 'agent', 'user-agent', bad);
  const path = normalised(head.target.split('?', 1)[0] ?? '');
  const type = /\.([a-z0-9]+)$/.exec(path)?.[1];
  if (type !== undefined && settings.fileTypes.includes(type))
    add('file-type', 'file-type', 'path', `.${type}`);
  // RFC 3986 section 2.1: a percent sign begins an escape, and an escape is two hex digits.
  if (/%(?![0-9a-f]{2}|u[0-9a-f]{4})/i.test(head.target)) add('bad-escape', 'protocol', 'url', '%', 3);
  if (head.target.includes('%00')) add('null-byte', 'protocol', 'url', '%00');
  if (fieldValues(head.fields, 'content-type').length > 1)
    add('two-content-types', 'protocol', 'content-type', 'twice');
  return found;
}

export function scoreOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { score }) => sum + score, 0);
}
