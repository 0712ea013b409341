import type { CapturePiece } from '../../contract/capture.ts';
import type { Crossing } from './crossing.ts';
import { pcapngInterface, pcapngPacket, pcapngSection } from './pcapng.ts';
import type { TapSpec } from './tap.ts';

/** What a message can carry without holding up others. */
const pieceBytes = 1024 * 1024;

/**
 * One piece of the file, from the packet after `after` on; the first, after 0, begins it. A packet seen at two nodes is
 * in the file twice, as it would be from two machines, each with what is known of it as a comment.
 */
export function exportPiece(
  name: string,
  taps: readonly TapSpec[],
  crossings: readonly Crossing[],
  after: number,
): CapturePiece {
  const parts = after === 0 ? begin(name, taps) : [];
  let size = 0;
  let next: number | null = null;
  for (const crossing of crossings) {
    if (crossing.seq <= after) continue;
    if (size > pieceBytes) break;
    next = crossing.seq;
    for (const block of blocks(crossing, taps)) {
      parts.push(block);
      size += block.length;
    }
  }
  const last = crossings.at(-1)?.seq ?? 0;
  return {
    name: `${name}.pcapng`,
    data: Buffer.concat(parts).toString('base64'),
    next: next === null || next === last ? null : next,
  };
}

function begin(name: string, taps: readonly TapSpec[]): Buffer[] {
  return [
    pcapngSection('Blindspot', `Captured in ${name}`),
    ...taps.map(({ node, interface: card }) =>
      pcapngInterface(`${node} ${card}`, `${card} of the node ${node}`, 4096),
    ),
  ];
}

function blocks(crossing: Crossing, taps: readonly TapSpec[]): readonly Buffer[] {
  const { from, to, protocol, text, conversation, marks } = crossing;
  const way = `${from ?? 'outside'} to ${to ?? 'all'}`;
  const joined = conversation?.links.map(({ other }) => other.id).join(', ') ?? '';
  const comment = [
    `${way}: ${protocol} ${text}`,
    ...(marks.has('again') ? ['sent again'] : []),
    ...(conversation === null ? [] : [`connection ${conversation.id}`]),
    ...(joined === '' ? [] : [`joined to ${joined}`]),
  ].join('; ');
  return crossing.looks.flatMap(({ node, at, length, bytes }) => {
    const index = taps.findIndex((tap) => tap.node === node);
    return index < 0 ? [] : [pcapngPacket({ interface: index, at, length, bytes, comment })];
  });
}
