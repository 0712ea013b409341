import { BlockList, isIP, isIPv4 } from 'node:net';

/** An IPv4 peer of a dual-stack listener is spelled ::ffff:192.0.2.1; it is an IPv4 peer all the same. */
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The address as people know it: IPv4 where it is IPv4, without a zone. */
export function plainAddress(address: string): string {
  const [bare = ''] = address.split('%');
  return mapped.exec(bare)?.[1] ?? bare;
}

/** `192.0.2.1:80`, `[2001:db8::1]:80` (RFC 3986 3.2.2). */
export function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Network order; 4 or 16 bytes. The address must be one (`isIP`). */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = embedded === null ? address : withoutDots(embedded);
  const [before = '', after] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const head = groups(before);
  const tail = after === undefined ? [] : groups(after);
  const bytes = Buffer.alloc(16);
  head.forEach((group, index) => bytes.writeUInt16BE(group, index * 2));
  tail.forEach((group, index) => bytes.writeUInt16BE(group, 16 - (tail.length - index) * 2));
  return bytes;
}

function withoutDots([, before = '', ...bytes]: readonly string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
  return `${before}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** The text of 4 or 16 bytes; IPv6 as RFC 5952 spells it: lower case, the longest run of zero groups left out. */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end++;
    if (end - at > best.length) best = { at, length: end - at };
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.at === -1) return text(groups);
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`;
}

/** Whether an address lies in any of these networks, written `192.0.2.0/24`, `2001:db8::/32` or as one address. */
export type AddressSet = (address: string) => boolean;

export function addressSet(networks: readonly string[]): AddressSet {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
