import type { Stats } from '../../../docker/protocol/stats.ts';
import type { HandshakeStats } from '../../../docker/protocol/tls.ts';
import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { judgedSince, nodeSpan } from './since.ts';
import { percent } from './words.ts';

/** How many TLS handshakes were short ones, by the count of the node that made them. */
export const resumed: Predicate<CheckOf<'resumed'>> = (check, { evidence }) => {
  const node = nodeOf(check.node, evidence);
  const expected = `${percent(check.atLeast)} to ${percent(check.atMost)} of at least ${check.sample} handshakes of ${node} with its ${check.with} resumed`;
  const span = nodeSpan(evidence, node, judgedSince(evidence), (stats) => stats);
  const last = span === null ? undefined : handshakes(span.last, check.with);
  if (span === null || last === undefined) return finding('waiting', '', expected);
  // Left out by a node until it has spoken TLS.
  const first = handshakes(span.first, check.with) ?? { full: 0, resumed: 0 };
  const short = last.resumed - first.resumed;
  const all = short + last.full - first.full;
  const measured = all === 0 ? '' : `${short} of ${all} handshakes resumed (${percent(short, all)})`;
  if (all < check.sample) return finding('waiting', measured, expected);
  return passIf(short >= check.atLeast * all && short <= check.atMost * all, measured, expected);
};

function handshakes(
  stats: Stats,
  side: 'clients' | 'targets',
): Pick<HandshakeStats, 'full' | 'resumed'> | undefined {
  if (stats.role === 'client') return side === 'targets' ? stats.tls : undefined;
  if (side === 'targets') return 'targetTls' in stats ? stats.targetTls : undefined;
  return 'tls' in stats ? stats.tls : undefined;
}
