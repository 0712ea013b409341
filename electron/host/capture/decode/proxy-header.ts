import { ipv4At, ipv6At } from './ip.ts';

/** The PROXY protocol's header, versions 1 and 2 (HAProxy's doc/proxy-protocol.txt, sections 2.1 and 2.2). */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** LOCAL (or UNKNOWN): the proxy speaks for itself, and there are no addresses. */
  readonly local: boolean;
  readonly source: string | null;
  readonly destination: string | null;
  readonly length: number;
  /** Bytes of type-length-value extras behind the addresses; version 2 only. */
  readonly extraBytes: number;
}

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const v1Longest = 107;
const v1Line = /^PROXY (TCP4|TCP6) (\S{2,39}) (\S{2,39}) (\d{1,5}) (\d{1,5})$/;
const v2HeaderBytes = 16;
const v4Bytes = 12;
const v6Bytes = 36;

export function readProxyHeader(bytes: Buffer, at: number): ProxyHeader | null {
  return readVersion2(bytes, at) ?? readVersion1(bytes, at);
}

function readVersion1(bytes: Buffer, at: number): ProxyHeader | null {
  const text = bytes.toString('latin1', at, Math.min(bytes.length, at + v1Longest));
  const end = text.indexOf('\r\n');
  if (!text.startsWith('PROXY ') || end === -1) return null;
  const line = text.slice(0, end);
  const common = { version: 1, length: end + 2, extraBytes: 0 } as const;
  if (line.startsWith('PROXY UNKNOWN')) return { ...common, local: true, source: null, destination: null };
  const match = v1Line.exec(line);
  if (match === null) return null;
  const [, , source = '', destination = '', from = '', to = ''] = match;
  return { ...common, local: false, source: ends(source, from), destination: ends(destination, to) };
}

function readVersion2(bytes: Buffer, at: number): ProxyHeader | null {
  if (bytes.length < at + v2HeaderBytes) return null;
  if (!bytes.subarray(at, at + signature.length).equals(signature)) return null;
  const command = bytes.readUInt8(at + 12);
  const family = bytes.readUInt8(at + 13) >> 4;
  const size = bytes.readUInt16BE(at + 14);
  if (command !== 0x20 && command !== 0x21) return null;
  const common = { version: 2, length: v2HeaderBytes + size } as const;
  const begin = at + v2HeaderBytes;
  const here = bytes.length - begin;
  if (command === 0x21 && family === 1 && size >= v4Bytes && here >= v4Bytes) {
    return {
      ...common,
      local: false,
      source: ends(ipv4At(bytes, begin), bytes.readUInt16BE(begin + 8)),
      destination: ends(ipv4At(bytes, begin + 4), bytes.readUInt16BE(begin + 10)),
      extraBytes: size - v4Bytes,
    };
  }
  if (command === 0x21 && family === 2 && size >= v6Bytes && here >= v6Bytes) {
    return {
      ...common,
      local: false,
      source: ends(`[${ipv6At(bytes, begin)}]`, bytes.readUInt16BE(begin + 32)),
      destination: ends(`[${ipv6At(bytes, begin + 16)}]`, bytes.readUInt16BE(begin + 34)),
      extraBytes: size - v6Bytes,
    };
  }
  return { ...common, local: command === 0x20, source: null, destination: null, extraBytes: size };
}

function ends(address: string, port: string | number): string {
  return `${address}:${port}`;
}
