import type { ConversationView, EndView, PacketRow } from '../../contract/capture.ts';
import type { Conversation, End } from './conversation.ts';
import type { Crossing } from './crossing.ts';

/** What of the packets crosses to the window. */
const mostLinks = 20;

export function packetRow(crossing: Crossing): PacketRow {
  const { seq, at, frame, from, to, conversation, by, layer, protocol, text, marks, looks } = crossing;
  const { ethernet, arp, ip, tcp, udp, payloadLength } = frame;
  const ports = tcp ?? udp;
  const sides = conversation?.sides;
  const [mine, theirs] = by === 'client' ? [sides?.client, sides?.server] : [sides?.server, sides?.client];
  const acks = tcp !== null && (tcp.flags & 16) !== 0;
  return {
    seq,
    at,
    from,
    to,
    source: addressed(ip?.source ?? arp?.senderAddress ?? ethernet.source, ports?.sourcePort),
    destination: addressed(
      ip?.destination ?? arp?.targetAddress ?? ethernet.destination,
      ports?.destinationPort,
    ),
    layer,
    protocol,
    text,
    conversation: conversation?.id ?? null,
    relativeSeq: tcp === null ? null : relative(tcp.seq, mine?.origin),
    relativeAck: acks ? relative(tcp.ack, theirs?.origin) : null,
    bytes: payloadLength,
    marks: [...marks],
    seenAt: looks.map(({ node }) => node),
  };
}

export function conversationView(conversation: Conversation): ConversationView {
  const { id, protocol, client, server, startedAt, establishedAt, life, talk, packets } = conversation;
  const { sides, retransmissions, seenAt, links, midway } = conversation;
  return {
    id,
    protocol,
    client: endView(client),
    server: endView(server),
    startedAt,
    handshakeMs: establishedAt === null || midway ? null : establishedAt - startedAt,
    life,
    talk,
    packets,
    bytes: { client: sides.client.bytes, server: sides.server.bytes },
    retransmissions,
    origins: {
      client: sides.client.sawSyn ? sides.client.origin : null,
      server: sides.server.sawSyn ? sides.server.origin : null,
    },
    seenAt: [...seenAt],
    links: links.slice(0, mostLinks).map(({ other, why }) => ({ id: other.id, why })),
  };
}

function endView({ address, port, node }: End): EndView {
  return { address, port, node };
}

function addressed(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function relative(number: number, origin: number | null | undefined): number | null {
  return origin === null || origin === undefined ? null : (number - origin) >>> 0;
}
