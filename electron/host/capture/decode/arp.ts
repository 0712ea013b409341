import { macAt } from './ethernet.ts';
import { ipv4At } from './ip.ts';

/** RFC 826 for Ethernet and IPv4; anything else that ARP could ask for is null. */
export interface Arp {
  readonly operation: 'request' | 'reply';
  readonly senderMac: string;
  readonly senderAddress: string;
  readonly targetMac: string;
  readonly targetAddress: string;
  /** Says of its own address who has it, unasked: what a node does that takes over an address (RFC 5227). */
  readonly gratuitous: boolean;
}

const arpBytes = 28;

export function readArp(bytes: Buffer, at: number): Arp | null {
  if (bytes.length < at + arpBytes) return null;
  const forEthernet = bytes.readUInt16BE(at) === 1 && bytes.readUInt16BE(at + 2) === 0x0800;
  const operation = bytes.readUInt16BE(at + 6);
  if (!forEthernet || bytes[at + 4] !== 6 || bytes[at + 5] !== 4) return null;
  if (operation !== 1 && operation !== 2) return null;
  const senderAddress = ipv4At(bytes, at + 14);
  const targetAddress = ipv4At(bytes, at + 24);
  return {
    operation: operation === 1 ? 'request' : 'reply',
    senderMac: macAt(bytes, at + 8),
    senderAddress,
    targetMac: macAt(bytes, at + 18),
    targetAddress,
    gratuitous: senderAddress === targetAddress,
  };
}
