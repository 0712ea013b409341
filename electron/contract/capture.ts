/** Packets as they crossed the lab's network: topic `capture`, and what is asked for page by page. */

/** Topic `capture`: what is being looked at, and the newest connections. Rows are asked for, since there are many. */
export interface CaptureView {
  /** Some node is being captured now. */
  readonly running: boolean;
  readonly taps: readonly TapView[];
  /** Another one after a clearing: packets are numbered anew. */
  readonly epoch: number;
  /** The newest packet's number; 0 before the first. */
  readonly last: number;
  readonly held: { readonly packets: number; readonly bytes: number };
  readonly limits: { readonly packets: number; readonly bytes: number };
  /** Packets that the ring has let go, oldest first. */
  readonly letGo: number;
  /** Counted packet by packet since the capture began or was cleared; the ring takes nothing from these. */
  readonly pairs: readonly PairView[];
  readonly conversations: number;
  /** The newest, newest first. */
  readonly newest: readonly ConversationView[];
}

/** What was seen between one client and one server. */
export interface PairView {
  readonly client: string;
  /** With its port. */
  readonly server: string;
  readonly total: PairCounts;
  /** In the last whole seconds. */
  readonly recent: PairCounts;
  readonly recentMs: number;
}

export interface PairCounts {
  readonly handshakes: number;
  /** Packets with data. */
  readonly data: number;
  /** Packets sent again. */
  readonly again: number;
  readonly refused: number;
  readonly reset: number;
  /** Four-way closes. */
  readonly closed: number;
}

export interface TapView {
  readonly node: string;
  readonly interface: string;
  readonly state: 'starting' | 'running' | 'ended' | 'failed';
  readonly since: number;
  readonly endsAt: number | null;
  readonly packets: number;
  /** Packets that the kernel could not keep for tcpdump; null until it has ended and said so. */
  readonly lost: number | null;
  /** Why it failed, in its own words. */
  readonly detail: string;
}

export interface ConversationView {
  readonly id: string;
  readonly protocol: 'tcp' | 'udp';
  readonly client: EndView;
  readonly server: EndView;
  readonly startedAt: number;
  /** Between the SYN and the client's answer to the server's; null where that was not seen. */
  readonly handshakeMs: number | null;
  readonly life: string;
  readonly talk: string;
  readonly packets: number;
  readonly bytes: { readonly client: number; readonly server: number };
  readonly retransmissions: number;
  /** The initial sequence numbers, by which one sees whether two connections are one. */
  readonly origins: { readonly client: number | null; readonly server: number | null };
  readonly seenAt: readonly string[];
  readonly links: readonly { readonly id: string; readonly why: string }[];
}

export interface EndView {
  readonly address: string;
  readonly port: number;
  readonly node: string | null;
}

/** One packet in the ladder. */
export interface PacketRow {
  readonly seq: number;
  readonly at: number;
  /** The nodes it went between, by their hardware addresses; null: everybody, or no node of the lab. */
  readonly from: string | null;
  readonly to: string | null;
  /** As its IP header names them, with ports. */
  readonly source: string;
  readonly destination: string;
  readonly layer: number;
  readonly protocol: string;
  readonly text: string;
  readonly conversation: string | null;
  /** Relative to the first of its direction; null without TCP. */
  readonly relativeSeq: number | null;
  readonly relativeAck: number | null;
  readonly bytes: number;
  readonly marks: readonly string[];
  readonly seenAt: readonly string[];
}

export interface PacketPage {
  readonly rows: readonly PacketRow[];
  /** More rows follow the last of these already. */
  readonly more: boolean;
}

/** One packet, layer by layer. */
export interface PacketDetail {
  readonly row: PacketRow;
  readonly looks: readonly { readonly node: string; readonly at: number; readonly length: number }[];
  readonly layers: readonly {
    readonly layer: number;
    readonly name: string;
    readonly facts: readonly (readonly [string, string])[];
  }[];
  /** The first bytes of what it carries, as hexadecimal. */
  readonly payload: string;
  readonly payloadLength: number;
}

/** pcapng in base64; joined in order the pieces are one file. */
export interface CapturePiece {
  readonly name: string;
  readonly data: string;
  /** Ask again with this; null at the end. */
  readonly next: number | null;
}
