/**
 * A capture file with names and comments (draft-ietf-opsawg-pcapng): section header, one interface description for each
 * place that was looked at, packets. Little-endian throughout; times in microseconds, the format's default.
 */
const blockType = { section: 0x0a0d0d0a, interface: 1, packet: 6, secrets: 10 } as const;
const option = {
  end: 0,
  comment: 1,
  hardware: 2,
  system: 3,
  application: 4,
  name: 2,
  description: 3,
} as const;
const ethernet = 1;
const tlsKeyLog = 0x544c534b;

export interface PcapngPacket {
  readonly interface: number;
  readonly at: number;
  /** On the wire; `bytes` may hold less. */
  readonly length: number;
  readonly bytes: Buffer;
  readonly comment: string;
}

export function pcapngSection(application: string, comment: string): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(0x1a2b3c4d, 0);
  body.writeUInt16LE(1, 4);
  // The length of the section is not known ahead: -1.
  body.writeBigInt64LE(-1n, 8);
  return block(blockType.section, [
    body,
    options([option.application, application], [option.comment, comment]),
  ]);
}

export function pcapngInterface(name: string, description: string, kept: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(ethernet, 0);
  body.writeUInt32LE(kept, 4);
  return block(blockType.interface, [body, options([option.name, name], [option.description, description])]);
}

export function pcapngPacket(packet: PcapngPacket): Buffer {
  const body = Buffer.alloc(20);
  const micros = BigInt(Math.round(packet.at * 1000));
  body.writeUInt32LE(packet.interface, 0);
  body.writeUInt32LE(Number(micros >> 32n), 4);
  body.writeUInt32LE(Number(micros & 0xffff_ffffn), 8);
  body.writeUInt32LE(packet.bytes.length, 12);
  body.writeUInt32LE(packet.length, 16);
  return block(blockType.packet, [body, padded(packet.bytes), options([option.comment, packet.comment])]);
}

/** Lines as SSLKEYLOGFILE has them, with which Wireshark reads what TLS hid. */
export function pcapngTlsKeys(lines: string): Buffer {
  const text = Buffer.from(lines);
  const body = Buffer.alloc(8);
  body.writeUInt32LE(tlsKeyLog, 0);
  body.writeUInt32LE(text.length, 4);
  return block(blockType.secrets, [body, padded(text)]);
}

/** Type, length, body, and the length again, so that the file reads backwards too. */
function block(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length + 12;
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(length, 0);
  return Buffer.concat([head, body, tail]);
}

function options(...list: readonly (readonly [number, string])[]): Buffer {
  const said = list.filter(([, text]) => text !== '');
  if (said.length === 0) return Buffer.alloc(0);
  const parts = said.map(([code, text]) => {
    const value = Buffer.from(text).subarray(0, 0xffff);
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, padded(value)]);
  });
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

/** Every part of a block begins at a multiple of four bytes. */
function padded(bytes: Buffer): Buffer {
  const missing = (4 - (bytes.length % 4)) % 4;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
