//  call --> head, query --> body, as far as it may be --> score --> on, or 403
import type { Json } from '../../protocol/json.ts';
import type { WafStats } from '../../protocol/l7/policy-stats.ts';
import type { WafSettings } from '../../protocol/l7/waf.ts';
import type { RequestHead } from '../message.ts';
import { fieldValue } from '../message.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call, Policy } from './policy.ts';
import { exclusions } from './waf/exclusions.ts';
import { createFoundLog } from './waf/found.ts';
import type { FoundLog } from './waf/found.ts';
import { judgeHead } from './waf/head.ts';
import { judgeParts, scoreOf } from './waf/judge.ts';
import type { Finding } from './waf/judge.ts';
import { readMultipart } from './waf/multipart.ts';
import { judgeNamed } from './waf/named.ts';
import { bodyParts, headParts, queryParts, typeOf } from './waf/parts.ts';
import type { Part } from './waf/parts.ts';

type Counts = Omit<WafStats, 'found'> & { byRule: Record<string, number> };

interface WafPolicy extends Policy {
  readonly wafCounts: { -readonly [K in keyof Counts]: Counts[K] };
  readonly found: FoundLog;
}

export const waf = kind('waf', (settings, _services, before): Policy | null => {
  if (settings.mode === 'off') return null;
  const old = isWaf(before) ? before : null;
  const counts = old?.wafCounts ?? { inspected: 0, blocked: 0, detected: 0, byRule: {} };
  const found = old?.found ?? createFoundLog();

  const excluded = exclusions(settings.exclude);

  const decide = (call: Call, all: readonly Finding[]): Answer | null => {
    if (!call.dry) counts.inspected += 1;
    const findings = all.filter((finding) => {
      if (!excluded(finding, call.head.target)) return true;
      call.why('waf', `${finding.rule} in ${finding.where}: excluded`);
      return false;
    });
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
      const path = (call.head.target.split('?', 1)[0] ?? '').slice(0, 80);
      for (const finding of findings) {
        counts.byRule[finding.rule] = (counts.byRule[finding.rule] ?? 0) + 1;
        found.add(finding, path, call.at, blocked);
      }
    }
    return blocked ? refusal(settings.status) : null;
  };

  const policy: WafPolicy = {
    name: 'waf',
    wafCounts: counts,
    found,
    request(call) {
      const { head } = call;
      const findings = [...judgeHead(head, settings), ...judged(queryParts(head), head, settings)];
      if (settings.inspect === 'query') return decide(call, findings);
      findings.push(...judgeParts(headParts(head), settings.paranoia));
      if (!call.hasBody || settings.bodyBytes === 0 || call.upgrade !== null) return decide(call, findings);
      return withBody(call, settings, findings).then((all) => decide(call, all));
    },
    stats: () =>
      ({
        ...counts,
        byRule: { ...counts.byRule },
        found: found.list(),
      }) satisfies WafStats as unknown as Json,
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
    // A browser sends none; whoever does hides what it says from whoever looks.
    const hidden = {
      rule: 'body-coded',
      family: 'protocol',
      where: 'content-encoding',
      match: coded,
    } as const;
    call.why('waf', `the body is ${coded}, and not looked at`);
    return [...findings, { ...hidden, score: 5 }];
  }
  const type = fieldValue(call.head.fields, 'content-type');
  if (typeOf(type) === 'multipart/form-data') {
    const read = readMultipart(type ?? '', bytes.toString('latin1'));
    if (read !== null) return [...findings, ...read.findings, ...judged(read.parts, call.head, settings)];
  } else {
    const parts = bodyParts(type, bytes, whole);
    if (parts !== null) return [...findings, ...judged(parts, call.head, settings)];
  }
  const unreadable = {
    rule: 'body-unreadable',
    family: 'protocol',
    where: 'body',
    match: 'not what it says it is',
  } as const;
  return [...findings, { ...unreadable, score: 5 }];
}

function judged(parts: readonly Part[], head: RequestHead, { paranoia }: WafSettings): readonly Finding[] {
  return [...judgeParts(parts, paranoia), ...judgeNamed(parts, head)];
}

function refusal(status: number): Answer {
  return {
    status,
    fields: [['content-type', 'text/plain']],
    body: `${status}: the proxy answers, not a target (blocked by its firewall)\n`,
  };
}
