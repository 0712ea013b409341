import { etherType } from './ethernet.ts';

/** IPv4 (RFC 791) and IPv6 (RFC 8200), as far as a transport's header needs them. */
export interface Ip {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly ttl: number;
  /** IPv4's identification, or that of IPv6's fragment header; 0 where there is none. */
  readonly id: number;
  readonly dontFragment: boolean;
  /** In bytes; a fragment with an offset carries no transport header. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  /** Where what it carries begins, and where it ends by its own length, which the capture may not reach. */
  readonly payload: number;
  readonly end: number;
}

export const ipProtocol = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;

const v4Bytes = 20;
const v6Bytes = 40;
/** Extension headers that are a chain of (next, length); eight in a row are no honest packet. */
const chained = new Set([0, 43, 60]);
const fragment = 44;
const mostExtensions = 8;

export function readIp(bytes: Buffer, at: number, type: number): Ip | null {
  if (type === etherType.ipv4) return readIpv4(bytes, at);
  return type === etherType.ipv6 ? readIpv6(bytes, at) : null;
}

function readIpv4(bytes: Buffer, at: number): Ip | null {
  if (bytes.length < at + v4Bytes) return null;
  const first = bytes.readUInt8(at);
  const headerBytes = (first & 0x0f) * 4;
  const total = bytes.readUInt16BE(at + 2);
  // A segment that the kernel left to the card to cut up may say 0: it is as long as what was captured.
  const length = total === 0 ? bytes.length - at : total;
  if (first >> 4 !== 4 || headerBytes < v4Bytes || length < headerBytes || bytes.length < at + headerBytes)
    return null;
  const flags = bytes.readUInt16BE(at + 6);
  return {
    version: 4,
    source: ipv4At(bytes, at + 12),
    destination: ipv4At(bytes, at + 16),
    protocol: bytes.readUInt8(at + 9),
    ttl: bytes.readUInt8(at + 8),
    id: bytes.readUInt16BE(at + 4),
    dontFragment: (flags & 0x4000) !== 0,
    moreFragments: (flags & 0x2000) !== 0,
    fragmentOffset: (flags & 0x1fff) * 8,
    payload: at + headerBytes,
    end: at + length,
  };
}

function readIpv6(bytes: Buffer, at: number): Ip | null {
  if (bytes.length < at + v6Bytes || bytes.readUInt8(at) >> 4 !== 6) return null;
  const end = at + v6Bytes + bytes.readUInt16BE(at + 4);
  let protocol = bytes.readUInt8(at + 6);
  let payload = at + v6Bytes;
  let cut = { id: 0, fragmentOffset: 0, moreFragments: false };
  for (let seen = 0; chained.has(protocol) || protocol === fragment; seen++) {
    if (seen === mostExtensions || bytes.length < payload + 8) return null;
    const next = bytes.readUInt8(payload);
    if (protocol === fragment) {
      const word = bytes.readUInt16BE(payload + 2);
      cut = {
        id: bytes.readUInt32BE(payload + 4),
        fragmentOffset: word & 0xfff8,
        moreFragments: (word & 1) !== 0,
      };
    }
    payload += protocol === fragment ? 8 : (bytes.readUInt8(payload + 1) + 1) * 8;
    protocol = next;
  }
  if (payload > end) return null;
  return {
    version: 6,
    source: ipv6At(bytes, at + 8),
    destination: ipv6At(bytes, at + 24),
    protocol,
    ttl: bytes.readUInt8(at + 7),
    ...cut,
    dontFragment: true,
    payload,
    end,
  };
}

/** Four bytes as `10.0.0.1`. The caller has seen that they are there. */
export function ipv4At(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.');
}

/** Sixteen bytes by RFC 5952: no leading zeros, the longest run of two or more zero groups as `::`. */
export function ipv6At(bytes: Buffer, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(at + 2 * index).toString(16));
  let best = { from: 0, length: 0 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (groups[from + length] === '0') length++;
    if (length > best.length) best = { from, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.from).join(':')}::${groups.slice(best.from + best.length).join(':')}`;
}
