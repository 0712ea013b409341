import type { Json } from '../../contract/session.ts';
import type { Evidence } from './evidence.ts';
import { isBalancer, judgedSince, nodeSpan } from './since.ts';

/** What a policy of a proxy counted since the last change; null until two readings of it are there. */
export function policyCounts(
  evidence: Evidence,
  proxy: string,
  policy: string,
): ((count: string) => number) | null {
  const span = nodeSpan(evidence, proxy, judgedSince(evidence), isBalancer);
  const last = span?.last.policies?.[policy];
  if (span === null || last === undefined) return null;
  const first = span.first.policies?.[policy];
  // Counters go back where a change of its settings made the policy anew: then it has counted from nothing since.
  return (count) => {
    const now = read(last, count);
    const before = read(first, count);
    return now < before ? now : now - before;
  };
}

function read(stats: Json | undefined, count: string): number {
  if (stats === undefined || stats === null || typeof stats !== 'object' || Array.isArray(stats)) return 0;
  const value = (stats as Readonly<Record<string, Json>>)[count];
  return typeof value === 'number' ? value : 0;
}
