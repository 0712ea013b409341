import type { WafFound } from '../../../protocol/l7/policy-stats.ts';
import type { Finding } from './judge.ts';

/** So many kinds of findings are kept: a client chooses the paths, and so how many kinds there are. */
const mostKinds = 40;

/** What was found, gathered by rule, part and path: a list that can be read while a thousand a second come in. */
export interface FoundLog {
  add(finding: Finding, path: string, at: number, blocked: boolean): void;
  list(): readonly WafFound[];
}

export function createFoundLog(): FoundLog {
  const kinds = new Map<string, { -readonly [K in keyof WafFound]: WafFound[K] }>();
  return {
    add({ rule, where, match, score }, path, at, blocked) {
      const key = `${rule}\n${where}\n${path}`;
      let kind = kinds.get(key);
      if (kind === undefined) {
        if (kinds.size >= mostKinds) forgetOldest();
        kind = { rule, where, path, score, count: 0, blocked: 0, at, match };
        kinds.set(key, kind);
      }
      kind.count += 1;
      if (blocked) kind.blocked += 1;
      kind.at = at;
      kind.match = match;
    },
    list: () => [...kinds.values()].map((kind) => ({ ...kind })),
  };

  function forgetOldest(): void {
    let oldest: string | null = null;
    let since = Infinity;
    for (const [key, { at }] of kinds) {
      if (at >= since) continue;
      since = at;
      oldest = key;
    }
    if (oldest !== null) kinds.delete(oldest);
  }
}
