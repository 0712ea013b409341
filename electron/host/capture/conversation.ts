import type { Framing } from './framing.ts';
import type { Http2Frame } from './decode/http2.ts';
import type { TlsRecord } from './decode/tls.ts';

/** One TCP connection, or one flow of UDP datagrams, as its addresses and ports name it. */
export interface End {
  readonly address: string;
  readonly port: number;
  /** The lab's node with that address; null for any other, a virtual address among them. */
  readonly node: string | null;
}

/** What is said on it, as far as its first bytes tell. */
export type Talk = 'unknown' | 'http' | 'http2' | 'tls' | 'other';

/** Why two conversations belong together: the same one with other addresses, or one made on behalf of the other. */
export type LinkReason = 'rewritten' | 'request-id' | 'client-hello' | 'same-bytes';

export interface ConversationLink {
  readonly other: Conversation;
  readonly why: LinkReason;
}

/** One direction. Sequence numbers are relative to its first: the SYN has 0, the first byte 1. */
export class Side {
  /** The initial sequence number; where no SYN was seen, one before the first number that was. */
  origin: number | null = null;
  sawSyn = false;
  finAt: number | null = null;
  finSeq: number | null = null;
  finAcked = false;
  /** The end of what was sent, by each node that looked: what is sent again lies before it. */
  readonly sentAt = new Map<string, number>();
  bytes = 0;
  tls: Framing<TlsRecord> | null = null;
  http2: Framing<Http2Frame> | null = null;
  /** The first bytes said. */
  first: Buffer | null = null;

  relative(seq: number): number {
    this.origin ??= (seq - 1) >>> 0;
    return (seq - this.origin) >>> 0;
  }
}

const mostLinks = 64;

export type Life = 'opening' | 'open' | 'closing' | 'closed' | 'reset' | 'refused';

export class Conversation {
  readonly id: string;
  readonly protocol: 'tcp' | 'udp';
  readonly client: End;
  readonly server: End;
  readonly startedAt: number;
  lastAt: number;
  /** When the client answered the server's SYN: the three-way handshake is complete. */
  establishedAt: number | null = null;
  /** Its beginning was not captured: it was there before. */
  readonly midway: boolean;
  life: Life;
  talk: Talk = 'unknown';
  packets = 0;
  retransmissions = 0;
  /** Nodes whose interface it was seen on. */
  readonly seenAt = new Set<string>();
  readonly sides = { client: new Side(), server: new Side() };
  readonly links: ConversationLink[] = [];

  constructor(id: string, protocol: 'tcp' | 'udp', client: End, server: End, at: number, midway: boolean) {
    this.id = id;
    this.protocol = protocol;
    this.client = client;
    this.server = server;
    this.startedAt = at;
    this.lastAt = at;
    this.midway = midway;
    this.life = midway ? 'open' : 'opening';
  }

  link(other: Conversation, why: LinkReason): void {
    if (other === this || this.links.some((one) => one.other === other)) return;
    // A pooled connection carries on many: enough of them are remembered to show what it is.
    if (this.links.length >= mostLinks || other.links.length >= mostLinks) return;
    this.links.push({ other, why });
    other.links.push({ other: this, why });
  }
}
