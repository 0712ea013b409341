import type { WafRule } from '../../../protocol/l7/waf-rules.ts';
import { decoded, simplified } from './normalised.ts';
import type { Part } from './parts.ts';
import type { Family, Rule, View } from './rule.ts';
import { rules } from './rules.ts';

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
  return parts.flatMap(({ where, kind, text }) => {
    const views = viewsOf(text.slice(0, mostText));
    return rulesFor(kind, paranoia).flatMap(({ id, family, pattern, score, view }): Finding[] => {
      const found = pattern.exec(views(view));
      return found === null ? [] : [{ rule: id, family, where, match: found[0].trim().slice(0, 80), score }];
    });
  });
}

const chosen = new Map<string, readonly Rule[]>();

/** Which rules look at what is the same for every request. */
function rulesFor(kind: Part['kind'], paranoia: number): readonly Rule[] {
  const key = `${kind} ${paranoia}`;
  const known = chosen.get(key);
  if (known !== undefined) return known;
  const active = rules.filter((rule) => rule.paranoia <= paranoia && rule.kinds.includes(kind));
  chosen.set(key, active);
  return active;
}

/** Each view is made when the first rule asks for it. */
function viewsOf(text: string): (view: View) => string {
  const lines = decoded(text);
  const plain = simplified(lines);
  let unquoted: string | null = null;
  let tight: string | null = null;
  return (view) => {
    if (view === 'plain') return plain;
    if (view === 'lines') return lines;
    if (view === 'unquoted') return (unquoted ??= plain.replace(/['"\\^]/g, ''));
    return (tight ??= plain.replace(/[\s\\]/g, ''));
  };
}

export function scoreOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { score }) => sum + score, 0);
}
