import type { Conversations } from './conversations.ts';
import type { Crossing, Look, Mark } from './crossing.ts';
import { readFrame } from './decode/frame.ts';
import type { Frame } from './decode/frame.ts';
import { isForMany } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import { live, repeats } from './life.ts';
import { speech } from './speech.ts';
import { Tallies } from './tallies.ts';
import { wordsOf } from './words.ts';

type Growing = Crossing & { readonly key: string; readonly marks: Set<Mark>; readonly looks: Look[] };

export interface CrossingLimits {
  readonly crossings: number;
  readonly bytes: number;
}

/** The same packet is seen by both ends within this time, whatever the load. */
const joinWithinMs = 2000;
const keptShare = 0.95;

/**
 *   looks of all nodes, in the order of their times -> one list of crossings
 *
 * A packet that was seen leaving one node and entering another is one crossing with two looks. The list is a ring: the
 * oldest go first when there are too many or they hold too many bytes.
 */
export class Crossings {
  private list: Growing[] = [];
  private readonly unmatched = new Map<string, Growing>();
  readonly tallies = new Tallies();
  private held = 0;
  private next = 1;
  private droppedUntil = 0;
  private dropped = 0;
  private readonly conversations: Conversations;
  private readonly lanes: Lanes;
  private readonly limits: CrossingLimits;

  constructor(conversations: Conversations, lanes: Lanes, limits: CrossingLimits) {
    this.conversations = conversations;
    this.lanes = lanes;
    this.limits = limits;
  }

  get all(): readonly Crossing[] {
    return this.list;
  }

  get bytes(): number {
    return this.held;
  }

  /** How many the ring has let go, and the time of the newest of them: what is asked about before it is incomplete. */
  get lost(): { readonly count: number; readonly until: number } {
    return { count: this.dropped, until: this.droppedUntil };
  }

  /** Frames that cannot be read at all are not counted as packets; there are none on an honest network. */
  add(look: Look): void {
    const frame = readFrame(look.bytes);
    if (frame === null) return;
    this.lanes.learn(frame);
    const key = identity(frame, look.bytes);
    const seen = this.unmatched.get(key);
    const joins =
      seen !== undefined &&
      look.at - seen.at < joinWithinMs &&
      !seen.looks.some((one) => one.node === look.node);
    const crossing = joins ? seen : this.cross(frame, look, key);
    if (joins) crossing.looks.push(look);
    else {
      this.unmatched.set(key, crossing);
      this.list.push(crossing);
      this.tallies.crossing(crossing);
    }
    this.held += look.bytes.length;
    this.repeat(crossing, look.node);
    this.trim(look.at);
  }

  private cross(frame: Frame, look: Look, key: string): Growing {
    const belonging = this.conversations.of(frame, look.at);
    const marks = new Set<Mark>();
    const common = {
      key,
      seq: this.next++,
      at: look.at,
      frame,
      from: this.lanes.nodeOf(frame.ethernet.source),
      to: isForMany(frame.ethernet.destination) ? null : this.lanes.nodeOf(frame.ethernet.destination),
      marks,
      looks: [look],
    };
    if (belonging === null) return { ...common, conversation: null, by: null, ...wordsOf(frame) };
    const { conversation, by } = belonging;
    conversation.lastAt = look.at;
    conversation.packets++;
    for (const mark of live(conversation, by, frame, look.at)) marks.add(mark);
    if (frame.payloadLength === 0 || frame.tcp === null)
      return { ...common, conversation, by, ...wordsOf(frame) };
    const { payload, payloadLength: length } = frame;
    const said = speech({ conversation, by, seq: frame.tcp.seq, payload, length });
    this.conversations.joinBySpeech(belonging, said, look.at);
    const { layer, protocol, text } = said;
    const fin = marks.has('fin') ? ', FIN' : '';
    return { ...common, conversation, by, layer, protocol, text: `${text}${fin}` };
  }

  private repeat(crossing: Growing, node: string): void {
    const { conversation, by, frame, marks } = crossing;
    if (conversation === null || by === null) return;
    conversation.seenAt.add(node);
    // One node may see the same packet twice, coming in and going out: by the sender's address they are told apart.
    const mark = repeats(conversation, by, frame, `${node} ${frame.ethernet.source}`);
    if (mark === null || marks.has(mark)) return;
    marks.add(mark);
    this.tallies.mark(conversation, mark, crossing.at);
    if (mark === 'again') conversation.retransmissions++;
  }

  private trim(now: number): void {
    for (const [key, { at }] of this.unmatched) {
      if (now - at < joinWithinMs) break;
      this.unmatched.delete(key);
    }
    const { crossings, bytes } = this.limits;
    if (this.list.length <= crossings && this.held <= bytes) return;
    // A good part at once: to move a long list for each packet would cost more than the packet.
    let drop = 0;
    for (const { key, at, looks } of this.list) {
      const enough = this.list.length - drop <= crossings * keptShare && this.held <= bytes * keptShare;
      if (enough) break;
      this.held -= looks.reduce((sum, one) => sum + one.bytes.length, 0);
      this.droppedUntil = at;
      this.unmatched.delete(key);
      drop++;
    }
    this.dropped += drop;
    this.list.splice(0, drop);
  }
}

/** What stays the same from one end of a wire to the other, and differs from every other packet on it. */
function identity({ ethernet, ip, tcp, payloadLength }: Frame, bytes: Buffer): string {
  const wire = `${ethernet.source} ${ethernet.destination}`;
  if (ip === null || tcp === null) return `${wire} ${bytes.toString('latin1', 14, 78)}`;
  const { sourcePort, destinationPort, seq, ack, flags, options } = tcp;
  const stamp = options.timestamps?.join(' ') ?? '';
  return `${wire} ${ip.source} ${ip.id} ${sourcePort} ${destinationPort} ${seq} ${ack} ${flags} ${payloadLength} ${stamp}`;
}
