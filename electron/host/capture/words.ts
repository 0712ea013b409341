import type { Crossing } from './crossing.ts';
import type { Frame } from './decode/frame.ts';
import { flagNames } from './decode/tcp.ts';

type Words = Pick<Crossing, 'layer' | 'protocol' | 'text'>;

/** What a packet without an application's words says. */
export function wordsOf({ ethernet, arp, ip, tcp, udp, icmp, payloadLength }: Frame): Words {
  if (arp !== null) return { layer: 2, protocol: 'ARP', text: arpText(arp) };
  if (tcp !== null) return { layer: 4, protocol: 'TCP', text: flagNames(tcp.flags) };
  if (udp !== null)
    return { layer: 4, protocol: 'UDP', text: `${payloadLength.toLocaleString('en-GB')} bytes` };
  if (icmp !== null) return { layer: 3, protocol: 'ICMP', text: icmp.words };
  if (ip !== null) {
    const text =
      ip.fragmentOffset > 0 ? `fragment from byte ${ip.fragmentOffset}` : `protocol ${ip.protocol}`;
    return { layer: 3, protocol: `IPv${ip.version}`, text };
  }
  return { layer: 2, protocol: 'Ethernet', text: `type 0x${ethernet.type.toString(16).padStart(4, '0')}` };
}

function arpText(arp: NonNullable<Frame['arp']>): string {
  if (arp.gratuitous) return `${arp.senderAddress} is at ${arp.senderMac}, unasked`;
  return arp.operation === 'request'
    ? `who has ${arp.targetAddress}?`
    : `${arp.senderAddress} is at ${arp.senderMac}`;
}
