import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { clientSpan, judgedSince, nodeSpan } from './since.ts';

/** What left a node's interface for each byte that a client received: the kernel's count against the client's. */
export const crossing: Predicate<CheckOf<'crossing'>> = (check, { evidence }) => {
  const name = nodeOf(check.node, evidence);
  const client = nodeOf(check.client, evidence);
  const from = judgedSince(evidence);
  const node = nodeSpan(evidence, name, from, (stats) => (stats.process.network == null ? null : stats));
  const load = clientSpan(evidence, client, from);
  const received = load === null ? 0 : load.last.bytes.received - load.first.bytes.received;
  const sent = node === null ? 0 : sentBytes(node.last) - sentBytes(node.first);
  const expected = `${name} sends ${bounds(check)} of what ${client} receives, of at least ${megabytes(check.sampleBytes)}`;
  const measured =
    received === 0 ? '' : `${name} sent ${megabytes(sent)}, ${client} received ${megabytes(received)}`;
  if (node === null || received < check.sampleBytes) return finding('waiting', measured, expected);
  const share = sent / received;
  return passIf(share >= check.atLeast && share <= (check.atMost ?? Infinity), measured, expected);
};

function sentBytes({ process }: { process: { network?: { sentBytes: number } | null } }): number {
  return process.network?.sentBytes ?? 0;
}

function bounds({ atLeast, atMost }: CheckOf<'crossing'>): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  if (atMost === undefined) return `at least ${percent(atLeast)}`;
  return atLeast === 0 ? `at most ${percent(atMost)}` : `${percent(atLeast)} to ${percent(atMost)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB`;
}
