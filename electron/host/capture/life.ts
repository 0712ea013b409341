import type { Conversation } from './conversation.ts';
import type { Mark } from './crossing.ts';
import type { Frame } from './decode/frame.ts';
import { tcpFlag } from './decode/tcp.ts';

/** How one packet moves its TCP connection on (RFC 9293, section 3.3.2), as an onlooker sees it. */
export function live(
  conversation: Conversation,
  by: 'client' | 'server',
  frame: Frame,
  at: number,
): readonly Mark[] {
  const { tcp, payloadLength } = frame;
  if (tcp === null) return [];
  const side = conversation.sides[by];
  const other = conversation.sides[by === 'client' ? 'server' : 'client'];
  const has = (flag: number): boolean => (tcp.flags & flag) !== 0;
  const marks: Mark[] = [];
  if (has(tcpFlag.syn)) {
    side.origin = tcp.seq;
    side.sawSyn = true;
    marks.push('open');
  }
  const seq = side.relative(tcp.seq);
  // The FIN counts in the numbering and is no byte.
  if (payloadLength > 0) side.bytes = Math.max(side.bytes, seq + payloadLength - 1);
  if (has(tcpFlag.rst)) {
    const refused = by === 'server' && conversation.life === 'opening' && !side.sawSyn;
    if (conversation.life !== 'closed') conversation.life = refused ? 'refused' : 'reset';
    return [refused ? 'refused' : 'reset'];
  }
  const answersSyn = by === 'client' && has(tcpFlag.ack) && !has(tcpFlag.syn) && other.sawSyn && side.sawSyn;
  if (answersSyn && conversation.establishedAt === null) {
    conversation.establishedAt = at;
    if (conversation.life === 'opening') conversation.life = 'open';
    marks.push('established');
  }
  if (has(tcpFlag.fin)) {
    if (side.finAt === null) marks.push('fin');
    side.finAt ??= at;
    side.finSeq = (tcp.seq + payloadLength) >>> 0;
    if (conversation.life === 'open' || conversation.life === 'opening') conversation.life = 'closing';
  }
  if (has(tcpFlag.ack) && other.finSeq !== null && !other.finAcked) {
    other.finAcked = ((tcp.ack - other.finSeq) | 0) > 0;
    if (other.finAcked && side.finAcked && conversation.life === 'closing') {
      conversation.life = 'closed';
      marks.push('closed');
    }
  }
  return marks;
}

/** Sent again, by one node's look at one machine's packets; a keep-alive probe repeats a byte on purpose (RFC 9293, 3.8.4). */
export function repeats(
  conversation: Conversation,
  by: 'client' | 'server',
  frame: Frame,
  place: string,
): 'again' | 'keep-alive' | null {
  const { tcp, payloadLength } = frame;
  if (tcp === null) return null;
  const opens = (tcp.flags & tcpFlag.syn) === 0 ? 0 : 1;
  const ends = (tcp.flags & tcpFlag.fin) === 0 ? 0 : 1;
  const { sentAt } = conversation.sides[by];
  const before = sentAt.get(place);
  const length = payloadLength + opens + ends;
  const end = (tcp.seq + length) >>> 0;
  const reset = (tcp.flags & tcpFlag.rst) !== 0;
  if (reset) return null;
  const probe = payloadLength <= 1 && length === payloadLength;
  if (before !== undefined && probe && ((tcp.seq + 1 - before) | 0) === 0) return 'keep-alive';
  if (length === 0) {
    if (before === undefined) sentAt.set(place, end);
    return null;
  }
  if (before === undefined || ((end - before) | 0) > 0) {
    sentAt.set(place, end);
    return null;
  }
  return 'again';
}
