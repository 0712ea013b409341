/** RFC 768. */
export interface Udp {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly length: number;
  readonly payload: number;
}

const headerBytes = 8;

export function readUdp(bytes: Buffer, at: number): Udp | null {
  if (bytes.length < at + headerBytes) return null;
  const length = bytes.readUInt16BE(at + 4);
  if (length < headerBytes) return null;
  return {
    sourcePort: bytes.readUInt16BE(at),
    destinationPort: bytes.readUInt16BE(at + 2),
    length,
    payload: at + headerBytes,
  };
}
