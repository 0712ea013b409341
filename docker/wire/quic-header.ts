/** What a balancer may read of a QUIC packet: the version-independent part (RFC 8999) and the long packet types of v1. */
export type QuicHeader = LongHeader | ShortHeader;

export interface LongHeader {
  readonly form: 'long';
  /** 0 is Version Negotiation. */
  readonly version: number;
  /** Of version 1 (RFC 9000 17.2); null in any other version, which numbers them in its own way. */
  readonly type: 'initial' | '0-rtt' | 'handshake' | 'retry' | null;
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
}

/** No length stands before its connection id: whoever reads it must know how long it is. `rest` begins with it. */
export interface ShortHeader {
  readonly form: 'short';
  readonly rest: Uint8Array;
}

/** RFC 8999 5.1: another version's ids may be as long as their length byte says; version 1 allows 20 (RFC 9000 17.2). */
const longestV1 = 20;
const types = ['initial', '0-rtt', 'handshake', 'retry'] as const;

/** Null for what is no QUIC packet: too short for what it claims, or in version 1 without its fixed bit. */
export function quicHeader(packet: Uint8Array): QuicHeader | null {
  const first = packet[0];
  if (first === undefined) return null;
  if ((first & 0x80) === 0) {
    return (first & 0x40) === 0 || packet.length < 2 ? null : { form: 'short', rest: packet.subarray(1) };
  }
  if (packet.length < 7) return null;
  const version = new DataView(packet.buffer, packet.byteOffset, packet.length).getUint32(1);
  const destination = idAt(packet, 5);
  if (destination === null) return null;
  const source = idAt(packet, 6 + destination.length);
  if (source === null) return null;
  if (version !== 1) return { form: 'long', version, type: null, destination, source };
  if ((first & 0x40) === 0 || destination.length > longestV1 || source.length > longestV1) return null;
  return { form: 'long', version, type: types[(first >> 4) & 3] ?? 'initial', destination, source };
}

function idAt(packet: Uint8Array, at: number): Uint8Array | null {
  const length = packet[at];
  if (length === undefined || at + 1 + length > packet.length) return null;
  return packet.subarray(at + 1, at + 1 + length);
}
