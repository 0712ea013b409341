import { isIPv4 } from 'node:net';
import { crc32c } from './crc32c.ts';
import { bad, more } from './head.ts';
import type { Head } from './head.ts';
import { addressBytes, addressText } from './ip-address.ts';
import type { ProxyEndpoint, ProxyHeader, ProxyTlv } from './proxy-header.ts';

const signature = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const fixedBytes = 16;
/** A header may say 64 KiB; nobody's does. HAProxy takes what fits its buffer of 16 KiB (tune.bufsize). */
const mostBytes = 16 * 1024;

/** Size of the address block by family: unspecified, IPv4, IPv6, unix sockets. */
const blockBytes = [0, 12, 36, 216] as const;
const stream = 1;

export const tlvTypes = {
  alpn: 0x01,
  authority: 0x02,
  crc32c: 0x03,
  noop: 0x04,
  uniqueId: 0x05,
  ssl: 0x20,
  netns: 0x30,
} as const;

/** Sixteen bytes, then as many as they say: addresses and TLVs (specification 2.2). */
export function parseProxyV2(bytes: Buffer): Head<ProxyHeader> {
  const seen = Math.min(bytes.length, signature.length);
  if (signature.compare(bytes, 0, seen, 0, seen) !== 0) return bad('PROXY v2: not its signature');
  if (bytes.length < fixedBytes) return more(fixedBytes);
  const versionAndCommand = bytes.readUInt8(12);
  const family = bytes.readUInt8(13) >> 4;
  const transport = bytes.readUInt8(13) & 0x0f;
  if (versionAndCommand >> 4 !== 2) return bad(`PROXY v2: version ${versionAndCommand >> 4}`);
  const command = (['LOCAL', 'PROXY'] as const)[versionAndCommand & 0x0f];
  if (command === undefined) return bad(`PROXY v2: command ${versionAndCommand & 0x0f}`);
  const block = blockBytes[family];
  if (block === undefined || transport > 2) return bad(`PROXY v2: family ${family}, transport ${transport}`);
  const length = fixedBytes + bytes.readUInt16BE(14);
  if (length > mostBytes) return bad(`PROXY v2: ${length} bytes, more than ${mostBytes}`);
  if (bytes.length < length) return more(length);
  const header = bytes.subarray(0, length);
  // A health check of the sender's: whatever follows is skipped, not read (specification 2.2).
  if (command === 'LOCAL') return read({ command, source: null, destination: null, tlvs: [] }, length);
  if (length - fixedBytes < block) return bad('PROXY v2: shorter than its addresses');
  const tlvs = readTlvs(header, fixedBytes + block);
  if (typeof tlvs === 'string') return bad(`PROXY v2: ${tlvs}`);
  return read({ command, ...addresses(header, family, transport), tlvs }, length);
}

function read(value: Omit<ProxyHeader, 'version'>, length: number): Head<ProxyHeader> {
  return { kind: 'read', value: { version: 2, ...value }, length };
}

/** A family or transport that a TCP connection cannot have counts as unspecified, as HAProxy does it. */
function addresses(
  header: Buffer,
  family: number,
  transport: number,
): Pick<ProxyHeader, 'source' | 'destination'> {
  const size = family === 1 ? 4 : 16;
  if ((family !== 1 && family !== 2) || transport !== stream) return { source: null, destination: null };
  const at = (index: number): ProxyEndpoint => ({
    address: addressText(header.subarray(fixedBytes + index * size, fixedBytes + (index + 1) * size)),
    port: header.readUInt16BE(fixedBytes + 2 * size + 2 * index),
  });
  return { source: at(0), destination: at(1) };
}

/** The list, or what is wrong with it. */
function readTlvs(header: Buffer, from: number): readonly ProxyTlv[] | string {
  const tlvs: ProxyTlv[] = [];
  let at = from;
  while (at < header.length) {
    if (at + 3 > header.length) return 'a TLV is cut short';
    const type = header.readUInt8(at);
    const end = at + 3 + header.readUInt16BE(at + 1);
    if (end > header.length) return 'a TLV is longer than the header';
    const value = header.subarray(at + 3, end);
    if (type === tlvTypes.crc32c && !checksumHolds(header, at + 3, value))
      return 'the checksum does not hold';
    if (type === tlvTypes.uniqueId && value.length > 128) return 'a unique id above 128 bytes';
    tlvs.push({ type, value: Buffer.from(value) });
    at = end;
  }
  return tlvs;
}

/** Over the whole header, with the checksum's own four bytes as zeros (specification 2.2.3). */
function checksumHolds(header: Buffer, at: number, value: Buffer): boolean {
  if (value.length !== 4) return false;
  const blank = Buffer.from(header);
  blank.fill(0, at, at + 4);
  return crc32c(blank) === value.readUInt32BE();
}

export function writeProxyV2(
  source: ProxyEndpoint,
  destination: ProxyEndpoint,
  options: { readonly tlvs?: readonly ProxyTlv[]; readonly checksum?: boolean } = {},
): Buffer {
  const four = isIPv4(source.address) && isIPv4(destination.address);
  const bytesOf = (address: string) => addressBytes(!four && isIPv4(address) ? `::ffff:${address}` : address);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port);
  ports.writeUInt16BE(destination.port, 2);
  const rest = [bytesOf(source.address), bytesOf(destination.address), ports];
  for (const { type, value } of options.tlvs ?? []) rest.push(tlv(type, value));
  if (options.checksum === true) rest.push(tlv(tlvTypes.crc32c, Buffer.alloc(4)));
  const header = assemble(0x21, four ? 0x11 : 0x21, Buffer.concat(rest));
  // The checksum comes last, so its place is the header's end.
  if (options.checksum === true) header.writeUInt32BE(crc32c(header), header.length - 4);
  return header;
}

/** Of the sender's own connection, such as a check. */
export const localProxyV2 = assemble(0x20, 0x00, Buffer.alloc(0));

function tlv(type: number, value: Buffer): Buffer {
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}

function assemble(versionAndCommand: number, family: number, rest: Buffer): Buffer {
  const head = Buffer.from([versionAndCommand, family, 0, 0]);
  head.writeUInt16BE(rest.length, 2);
  return Buffer.concat([signature, head, rest]);
}
