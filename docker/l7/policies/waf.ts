//  call --> head, query --> body, as far as it may be --> score --> on, or 403
import type { Json } from '../../protocol/json.ts';
import type { WafFinding, WafStats } from '../../protocol/l7/policy-stats.ts';
import type { WafSettings } from '../../protocol/l7/waf.ts';
import { fieldValue } from '../message.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call, Policy } from './policy.ts';
import { judgeHead, judgeParts, scoreOf } from './waf/judge.ts';
import type { Finding } from './waf/judge.ts';
import { bodyParts, headParts, queryParts } from './waf/parts.ts';

type Counts = Omit<WafStats, 'recent'> & { byRule: Record<string, number> };

interface WafPolicy extends Policy {
  readonly wafCounts: { -readonly [K in keyof Counts]: Counts[K] };
  readonly recent: WafFinding[];
}

const mostRecent = 20;

export const waf = kind('waf', (settings, _services, before): Policy | null => {
  if (settings.mode === 'off') return null;
  const old = isWaf(before) ? before : null;
  const counts = old?.wafCounts ?? { inspected: 0, blocked: 0, detected: 0, byRule: {} };
  const recent = old?.recent ?? [];

  const decide = (call: Call, findings: readonly Finding[]): Answer | null => {
    if (!call.dry) counts.inspected += 1;
    const score = scoreOf(findings);
    if (score === 0) return null;
    const tooMuch = score >= settings.threshold;
    const blocked = tooMuch && settings.mode === 'block';
    for (const { rule, where, match } of findings) call.why('waf', `${rule} in ${where}: ${match}`);
    call.why(
      'waf',
      `score ${score} of ${settings.threshold}${tooMuch ? (blocked ? ', blocked' : ', let through') : ''}`,
    );
    if (!call.dry) {
      if (tooMuch) counts[blocked ? 'blocked' : 'detected'] += 1;
      for (const { rule, where, match } of findings) {
        counts.byRule[rule] = (counts.byRule[rule] ?? 0) + 1;
        recent.unshift({ at: call.at, rule, where, match, path: call.head.target.slice(0, 80), blocked });
      }
      recent.length = Math.min(recent.length, mostRecent);
    }
    return blocked ? refusal(settings.status) : null;
  };

  const policy: WafPolicy = {
    name: 'waf',
    wafCounts: counts,
    recent,
    request(call) {
      const { head } = call;
      const findings = [...judgeHead(head, settings), ...judgeParts(queryParts(head), settings.paranoia)];
      if (settings.inspect === 'query') return decide(call, findings);
      findings.push(...judgeParts(headParts(head), settings.paranoia));
      if (!call.hasBody || settings.bodyBytes === 0 || call.upgrade !== null) return decide(call, findings);
      return withBody(call, settings, findings).then((all) => decide(call, all));
    },
    stats: () => ({ ...counts, byRule: { ...counts.byRule }, recent }) satisfies WafStats as unknown as Json,
  };
  return policy;
});

function isWaf(policy: Policy | null): policy is WafPolicy {
  return policy !== null && 'wafCounts' in policy;
}

async function withBody(
  call: Call,
  settings: WafSettings,
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  const { bytes, whole } = await call.readBody(settings.bodyBytes);
  if (!whole) call.why('waf', `of the body only the first ${bytes.length} bytes`);
  const coded = fieldValue(call.head.fields, 'content-encoding');
  if (coded !== null && coded.toLowerCase() !== 'identity') {
    call.why('waf', `the body is ${coded}, and not looked at`);
    return findings;
  }
  const parts = bodyParts(fieldValue(call.head.fields, 'content-type'), bytes, whole);
  if (parts !== null) return [...findings, ...judgeParts(parts, settings.paranoia)];
  const unreadable = {
    rule: 'body-unreadable',
    family: 'protocol',
    where: 'body',
    match: 'not what it says it is',
  } as const;
  return [...findings, { ...unreadable, score: 5 }];
}

function refusal(status: number): Answer {
  return {
    status,
    fields: [['content-type', 'text/plain']],
    body: `${status}: the proxy answers, not a target (blocked by its firewall)\n`,
  };
}
