import { isIPv4, isIPv6 } from 'node:net';
import { bad, more } from './head.ts';
import type { Head } from './head.ts';
import type { ProxyEndpoint, ProxyHeader } from './proxy-header.ts';

/** "PROXY UNKNOWN", two full IPv6 addresses, two ports and CRLF: the longest line there can be (specification 2.1). */
const longest = 107;
const prefix = 'PROXY ';

/** `PROXY TCP4 192.0.2.1 198.51.100.1 51234 443` and CRLF. Exactly one space each; anything else ends the connection. */
export function parseProxyV1(bytes: Buffer): Head<ProxyHeader> {
  const start = bytes.subarray(0, prefix.length).toString('latin1');
  if (!prefix.startsWith(start)) return bad('PROXY v1: the line must begin with "PROXY "');
  const end = bytes.subarray(0, longest).indexOf('\r\n');
  if (end === -1) {
    if (bytes.length >= longest) return bad(`PROXY v1: no end of line within ${longest} bytes`);
    return more(bytes.length + 1);
  }
  const line = bytes.subarray(0, end).toString('latin1');
  const read = (value: Omit<ProxyHeader, 'version' | 'command' | 'tlvs'>): Head<ProxyHeader> => ({
    kind: 'read',
    value: { version: 1, command: 'PROXY', tlvs: [], ...value },
    length: end + 2,
  });
  const [, family, ...rest] = line.split(' ');
  // The rest of an UNKNOWN line is to be ignored, whatever it says.
  if (family === 'UNKNOWN') return read({ source: null, destination: null });
  if (family !== 'TCP4' && family !== 'TCP6') return bad('PROXY v1: neither TCP4, TCP6 nor UNKNOWN');
  if (rest.length !== 4) return bad('PROXY v1: two addresses and two ports, with one space between');
  const [from = '', to = '', fromPort = '', toPort = ''] = rest;
  const isAddress = family === 'TCP4' ? isIPv4 : isPlainIPv6;
  if (!isAddress(from) || !isAddress(to)) return bad(`PROXY v1: not a ${family} address`);
  if (!isPort(fromPort) || !isPort(toPort))
    return bad('PROXY v1: a port is 0 to 65535 without leading zeros');
  return read({
    source: { address: from, port: Number(fromPort) },
    destination: { address: to, port: Number(toPort) },
  });
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

export function writeProxyV1(source: ProxyEndpoint, destination: ProxyEndpoint): Buffer {
  const four = isIPv4(source.address) && isIPv4(destination.address);
  const text = (address: string) => (!four && isIPv4(address) ? `::ffff:${address}` : address);
  const family = four ? 'TCP4' : 'TCP6';
  const addresses = `${text(source.address)} ${text(destination.address)}`;
  return Buffer.from(`PROXY ${family} ${addresses} ${source.port} ${destination.port}\r\n`, 'latin1');
}

/** Of the sender's own connection, such as a check: version 1 has no word for it but this one (specification 2.1). */
export const unknownProxyV1 = Buffer.from('PROXY UNKNOWN\r\n', 'latin1');
