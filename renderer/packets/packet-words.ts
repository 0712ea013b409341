import type { PacketRow } from '../../electron/contract/capture.ts';

/** What the marks of a packet are called on screen, in the order in which they matter. */
const marks: Readonly<Record<string, string>> = {
  again: 'sent again',
  refused: 'refuses',
  reset: 'resets',
  'keep-alive': 'keep-alive probe',
  established: 'handshake complete',
  closed: 'closed',
};

export function markWords(row: PacketRow): string {
  return Object.entries(marks)
    .filter(([mark]) => row.marks.includes(mark))
    .map(([, words]) => words)
    .join(', ');
}

/** As screen readers hear it. */
export function spoken(row: PacketRow, since: number): string {
  const said = markWords(row);
  const way = `${row.from ?? 'outside'} to ${row.to ?? 'everybody'}`;
  return `${offset(row.at, since)}, ${way}, layer ${row.layer}, ${row.protocol}: ${row.text}${said === '' ? '' : `, ${said}`}`;
}

/** Milliseconds since the first packet shown, to the microsecond where that is readable. */
export function offset(at: number, since: number): string {
  const ms = at - since;
  return ms < 10_000 ? `${ms.toFixed(3)} ms` : `${(ms / 1000).toFixed(3)} s`;
}

export function numbers({ relativeSeq, relativeAck, bytes }: PacketRow): string {
  if (relativeSeq === null) return bytes === 0 ? '' : `${bytes.toLocaleString('en-GB')} B`;
  const parts = [
    `seq ${relativeSeq.toLocaleString('en-GB')}`,
    ...(relativeAck === null ? [] : [`ack ${relativeAck.toLocaleString('en-GB')}`]),
    ...(bytes === 0 ? [] : [`${bytes.toLocaleString('en-GB')} B`]),
  ];
  return parts.join(', ');
}

const linked: Readonly<Record<string, string>> = {
  rewritten: 'the same connection, rewritten',
  'request-id': 'the same request',
  'client-hello': 'the same ClientHello',
  'same-bytes': 'the same first bytes',
};

/** Why two connections belong together. */
export function linkWords(why: string): string {
  return linked[why] ?? why;
}
