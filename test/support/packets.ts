import { Buffer } from 'node:buffer';

/** Ethernet frames made by hand, field by field, for tests that need a certain course of events. */
export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly seq: number;
  readonly ack?: number;
  readonly flags: string;
  readonly data?: string | Buffer;
  /** Hardware addresses; those that Docker gives to the IP addresses, without them. */
  readonly fromMac?: string;
  readonly toMac?: string;
  readonly id?: number;
}

const bits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

export function segment(of: Segment): Buffer {
  const data = Buffer.from(of.data ?? '');
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(of.fromPort, 0);
  tcp.writeUInt16BE(of.toPort, 2);
  tcp.writeUInt32BE(of.seq, 4);
  tcp.writeUInt32BE(of.ack ?? 0, 8);
  tcp.writeUInt8(5 << 4, 12);
  tcp.writeUInt8(
    Array.from(of.flags).reduce((sum, name) => sum | (bits[name] ?? 0), 0),
    13,
  );
  tcp.writeUInt16BE(500, 14);
  const ip = Buffer.alloc(20);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(40 + data.length, 2);
  ip.writeUInt16BE(of.id ?? 1, 4);
  ip.writeUInt16BE(0x4000, 6);
  ip.writeUInt8(64, 8);
  ip.writeUInt8(6, 9);
  Buffer.from(of.from.split('.').map(Number)).copy(ip, 12);
  Buffer.from(of.to.split('.').map(Number)).copy(ip, 16);
  const ethernet = Buffer.from(
    `${plain(of.toMac ?? dockerMac(of.to))}${plain(of.fromMac ?? dockerMac(of.from))}0800`,
    'hex',
  );
  return Buffer.concat([ethernet, ip, tcp, data]);
}

export function dockerMac(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return `02:42:${bytes.join(':')}`;
}

function plain(mac: string): string {
  return mac.replaceAll(':', '');
}
