/** IEEE 802.3: destination, source, type; a VLAN tag (802.1Q) is stepped over. */
export interface Ethernet {
  readonly destination: string;
  readonly source: string;
  readonly type: number;
  readonly vlan: number | null;
  /** Where what it carries begins. */
  readonly payload: number;
}

export const etherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
export const broadcast = 'ff:ff:ff:ff:ff:ff';

const headerBytes = 14;
const tagged = 0x8100;

export function readEthernet(bytes: Buffer): Ethernet | null {
  if (bytes.length < headerBytes) return null;
  const destination = macAt(bytes, 0);
  const source = macAt(bytes, 6);
  const type = bytes.readUInt16BE(12);
  if (type !== tagged) return { destination, source, type, vlan: null, payload: headerBytes };
  if (bytes.length < headerBytes + 4) return null;
  const vlan = bytes.readUInt16BE(14) & 0x0fff;
  return { destination, source, type: bytes.readUInt16BE(16), vlan, payload: headerBytes + 4 };
}

/** Six bytes as `02:42:ac:1e:00:02`. The caller has seen that they are there. */
export function macAt(bytes: Buffer, at: number): string {
  return bytes
    .toString('hex', at, at + 6)
    .replace(/../g, '$&:')
    .slice(0, 17);
}
