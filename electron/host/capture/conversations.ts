import { Conversation } from './conversation.ts';
import type { End, LinkReason } from './conversation.ts';
import type { Frame } from './decode/frame.ts';
import { tcpFlag } from './decode/tcp.ts';
import type { Speech } from './speech.ts';

/** Which conversation a packet belongs to, who of the two sent it, and which conversations carry one another on. */
export interface Belonging {
  readonly conversation: Conversation;
  readonly by: 'client' | 'server';
}

const mostConversations = 4000;
const mostMarks = 8000;
const mostCompared = 200;
/** A rewritten or forwarded connection follows the one it stands for within this time. */
const linkWithinMs = 3000;

export class Conversations {
  /** By the two ends in a fixed order; the newest last, since ports come round again. */
  private readonly byEnds = new Map<string, Conversation[]>();
  private readonly all = new Map<string, Conversation>();
  private readonly byOrigin = new Map<number, Conversation>();
  private readonly byMark = new Map<string, Conversation[]>();
  private readonly byServer = new Map<string, Conversation[]>();
  /** Joined by their first bytes, or found to be joined to none: asked once. */
  private readonly compared = new WeakSet<Conversation>();
  private count = 0;
  private readonly nodeAt: (address: string) => string | null;

  constructor(nodeAt: (address: string) => string | null) {
    this.nodeAt = nodeAt;
  }

  get(id: string): Conversation | undefined {
    return this.all.get(id);
  }

  /** Oldest first. */
  list(): Iterable<Conversation> {
    return this.all.values();
  }

  /** Null: no transport with ports, so no conversation. */
  of(frame: Frame, at: number): Belonging | null {
    const { ip, tcp, udp } = frame;
    const ports = tcp ?? udp;
    if (ip === null || ports === null) return null;
    const source = this.end(ip.source, ports.sourcePort);
    const destination = this.end(ip.destination, ports.destinationPort);
    const key = keyOf(tcp === null ? 'udp' : 'tcp', source, destination);
    const opening = tcp !== null && (tcp.flags & (tcpFlag.syn | tcpFlag.ack)) === tcpFlag.syn;
    const newest = this.byEnds.get(key)?.at(-1);
    if (newest !== undefined && !(opening && isAnother(newest, tcp.seq))) {
      return { conversation: newest, by: isSame(newest.client, source) ? 'client' : 'server' };
    }
    const answering = tcp !== null && (tcp.flags & tcpFlag.syn) !== 0 && !opening;
    const fromClient = opening || (!answering && source.port >= destination.port);
    const [client, server] = fromClient ? [source, destination] : [destination, source];
    const conversation = this.add(
      key,
      tcp === null ? 'udp' : 'tcp',
      client,
      server,
      at,
      tcp !== null && !opening,
    );
    if (opening) this.joinRewritten(conversation, tcp.seq, at);
    return { conversation, by: fromClient ? 'client' : 'server' };
  }

  /** Joins this conversation to those that carry the same request, the same ClientHello, or the same first bytes. */
  joinBySpeech({ conversation, by }: Belonging, said: Speech, at: number): void {
    if (by !== 'client') return;
    if (said.requestId !== null) this.joinByMark(conversation, `id ${said.requestId}`, 'request-id');
    else if (said.helloRandom !== null)
      this.joinByMark(conversation, `tls ${said.helloRandom}`, 'client-hello');
    else if (!this.compared.has(conversation)) this.joinBySameBytes(conversation, at);
  }

  private end(address: string, port: number): End {
    return { address, port, node: this.nodeAt(address) };
  }

  private add(
    key: string,
    protocol: 'tcp' | 'udp',
    client: End,
    server: End,
    at: number,
    midway: boolean,
  ): Conversation {
    const conversation = new Conversation(`c${++this.count}`, protocol, client, server, at, midway);
    this.all.set(conversation.id, conversation);
    const same = this.byEnds.get(key);
    if (same === undefined) this.byEnds.set(key, [conversation]);
    else same.push(conversation);
    if (server.node !== null) {
      const there = this.byServer.get(server.node) ?? [];
      this.byServer.set(server.node, [...there.slice(-mostCompared), conversation]);
    }
    if (this.all.size > mostConversations) this.dropOldest();
    return conversation;
  }

  private dropOldest(): void {
    const [oldest] = this.all.values();
    if (oldest === undefined) return;
    this.all.delete(oldest.id);
    const key = keyOf(oldest.protocol, oldest.client, oldest.server);
    const left = (this.byEnds.get(key) ?? []).filter((one) => one !== oldest);
    if (left.length === 0) this.byEnds.delete(key);
    else this.byEnds.set(key, left);
  }

  /** Network address translation changes addresses and ports, and leaves the initial sequence number as it is. */
  private joinRewritten(conversation: Conversation, origin: number, at: number): void {
    const other = this.byOrigin.get(origin);
    if (other !== undefined && at - other.startedAt < linkWithinMs) conversation.link(other, 'rewritten');
    this.byOrigin.set(origin, conversation);
    forgetOldest(this.byOrigin, mostMarks);
  }

  private joinByMark(conversation: Conversation, mark: string, why: LinkReason): void {
    const others = this.byMark.get(mark) ?? [];
    for (const other of others) conversation.link(other, why);
    if (!others.includes(conversation)) this.byMark.set(mark, [...others, conversation]);
    forgetOldest(this.byMark, mostMarks);
  }

  /**
   * A forwarder that reads nothing passes the first bytes on as they are. Only one connection may fit: it ends where
   * this one begins, has begun with the same bytes, and is carried on by no other yet. Two that fit are not guessed at.
   */
  private joinBySameBytes(conversation: Conversation, at: number): void {
    this.compared.add(conversation);
    const { first } = conversation.sides.client;
    const { node } = conversation.client;
    if (first === null || node === null || conversation.links.length > 0) return;
    const fitting = (this.byServer.get(node) ?? []).filter(
      (other) =>
        other !== conversation &&
        at - other.startedAt < linkWithinMs &&
        other.links.length === 0 &&
        other.sides.client.first?.equals(first) === true,
    );
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) conversation.link(only, 'same-bytes');
  }
}

function keyOf(protocol: string, one: End, other: End): string {
  const a = `${one.address}:${one.port}`;
  const b = `${other.address}:${other.port}`;
  return a < b ? `${protocol} ${a} ${b}` : `${protocol} ${b} ${a}`;
}

function isSame(one: End, other: End): boolean {
  return one.address === other.address && one.port === other.port;
}

/** A SYN with another initial sequence number opens a new connection on ports that were used before. */
function isAnother({ midway, sides }: Conversation, seq: number): boolean {
  return midway || (sides.client.origin !== null && sides.client.origin !== seq);
}

function forgetOldest(map: Map<unknown, unknown>, limit: number): void {
  if (map.size <= limit) return;
  const [oldest] = map.keys();
  map.delete(oldest);
}
