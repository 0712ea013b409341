import type { Frame } from './decode/frame.ts';
import { broadcast } from './decode/ethernet.ts';

/**
 * Which node a hardware address belongs to. A node that is captured has told its own; the others are learnt, best from
 * what they say of themselves by ARP. A packet's IP source comes last: a node that forwards packets for another sends
 * them from its own hardware address under somebody else's.
 */
export class Lanes {
  private readonly told = new Map<string, string>();
  private readonly heard = new Map<string, string>();
  private readonly guessed = new Map<string, string>();
  private readonly nodeAt: (address: string) => string | null;

  constructor(nodeAt: (address: string) => string | null) {
    this.nodeAt = nodeAt;
  }

  tell(mac: string, node: string): void {
    this.told.set(mac, node);
  }

  learn(frame: Frame): void {
    const { ethernet, arp, ip } = frame;
    const known = this.told.has(ethernet.source) || this.heard.has(ethernet.source);
    if (known) return;
    if (arp !== null) this.note(this.heard, arp.senderMac, arp.senderAddress);
    else if (ip !== null) this.note(this.guessed, ethernet.source, ip.source);
  }

  /** Null: everybody (broadcast, multicast), or a machine that is no node of the lab. */
  nodeOf(mac: string): string | null {
    return this.told.get(mac) ?? this.assigned(mac) ?? this.heard.get(mac) ?? this.guessed.get(mac) ?? null;
  }

  private note(into: Map<string, string>, mac: string, address: string): void {
    const node = this.nodeAt(address);
    if (node !== null && !into.has(mac)) into.set(mac, node);
  }

  /** Docker before 28 makes a container's hardware address of 02:42 and its IPv4 address. */
  private assigned(mac: string): string | null {
    if (!mac.startsWith('02:42:')) return null;
    const bytes = mac.split(':').slice(2);
    return this.nodeAt(bytes.map((byte) => Number.parseInt(byte, 16)).join('.'));
  }
}

/** The lowest bit of the first byte marks an address of many. */
export function isForMany(mac: string): boolean {
  return mac === broadcast || (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}
