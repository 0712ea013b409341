import { readArp } from './arp.ts';
import type { Arp } from './arp.ts';
import { etherType, readEthernet } from './ethernet.ts';
import type { Ethernet } from './ethernet.ts';
import { readIcmp } from './icmp.ts';
import type { Icmp } from './icmp.ts';
import { ipProtocol, readIp } from './ip.ts';
import type { Ip } from './ip.ts';
import { readTcp } from './tcp.ts';
import type { Tcp } from './tcp.ts';
import { readUdp } from './udp.ts';
import type { Udp } from './udp.ts';

/** One frame, read as far up as it can be: Ethernet -> ARP | IP -> TCP | UDP | ICMP. What is cut off or odd is null. */
export interface Frame {
  readonly ethernet: Ethernet;
  readonly arp: Arp | null;
  readonly ip: Ip | null;
  readonly tcp: Tcp | null;
  readonly udp: Udp | null;
  readonly icmp: Icmp | null;
  /** What the transport carries: as much of it as was captured, and how long it is by the headers. */
  readonly payload: Buffer;
  readonly payloadLength: number;
}

const empty = Buffer.alloc(0);

export function readFrame(bytes: Buffer): Frame | null {
  const ethernet = readEthernet(bytes);
  if (ethernet === null) return null;
  const bare = { ethernet, arp: null, ip: null, tcp: null, udp: null, icmp: null };
  const silent = { payload: empty, payloadLength: 0 };
  if (ethernet.type === etherType.arp) return { ...bare, ...silent, arp: readArp(bytes, ethernet.payload) };
  const ip = readIp(bytes, ethernet.payload, ethernet.type);
  // Only the first fragment has the transport's header.
  if (ip === null || ip.fragmentOffset > 0) return { ...bare, ...silent, ip };
  switch (ip.protocol) {
    case ipProtocol.tcp: {
      const tcp = readTcp(bytes, ip.payload);
      return { ...bare, ip, tcp, ...carried(bytes, tcp?.payload ?? ip.end, ip.end) };
    }
    case ipProtocol.udp: {
      const udp = readUdp(bytes, ip.payload);
      return { ...bare, ip, udp, ...carried(bytes, udp?.payload ?? ip.end, ip.end) };
    }
    case ipProtocol.icmp:
    case ipProtocol.icmpv6:
      return { ...bare, ...silent, ip, icmp: readIcmp(bytes, ip.payload, ip.protocol) };
    default:
      return { ...bare, ...silent, ip };
  }
}

/** The frame may be longer than the packet (Ethernet's padding to 60 bytes) and shorter (what the capture kept). */
function carried(bytes: Buffer, from: number, to: number): Pick<Frame, 'payload' | 'payloadLength'> {
  return {
    payload: bytes.subarray(Math.min(from, bytes.length), Math.min(to, bytes.length)),
    payloadLength: Math.max(0, to - from),
  };
}
