/** RFC 9293, with the options of RFC 7323 (window scale, timestamps) and RFC 2018 (selective acknowledgement). */
export interface Tcp {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly options: TcpOptions;
  readonly payload: number;
}

export interface TcpOptions {
  readonly mss?: number;
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly sack?: readonly (readonly [number, number])[];
  readonly timestamps?: readonly [number, number];
  /** Kinds that are not told apart here. */
  readonly others?: readonly number[];
}

export const tcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

const headerBytes = 20;
const endOfOptions = 0;
const noOperation = 1;

export function readTcp(bytes: Buffer, at: number): Tcp | null {
  if (bytes.length < at + headerBytes) return null;
  const length = (bytes.readUInt8(at + 12) >> 4) * 4;
  if (length < headerBytes) return null;
  return {
    sourcePort: bytes.readUInt16BE(at),
    destinationPort: bytes.readUInt16BE(at + 2),
    seq: bytes.readUInt32BE(at + 4),
    ack: bytes.readUInt32BE(at + 8),
    flags: bytes.readUInt8(at + 13),
    window: bytes.readUInt16BE(at + 14),
    options: readOptions(bytes.subarray(at + headerBytes, at + length)),
    payload: at + length,
  };
}

/** "SYN ACK", in the order in which they are usually said. */
export function flagNames(flags: number): string {
  const names = [
    ['SYN', tcpFlag.syn],
    ['FIN', tcpFlag.fin],
    ['RST', tcpFlag.rst],
    ['PSH', tcpFlag.psh],
    ['ACK', tcpFlag.ack],
    ['URG', tcpFlag.urg],
    ['ECE', tcpFlag.ece],
    ['CWR', tcpFlag.cwr],
  ] as const;
  return names
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(' ');
}

/** What is damaged or cut off ends the list; what was read before it stands. */
function readOptions(bytes: Buffer): TcpOptions {
  let options: TcpOptions = {};
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes.readUInt8(at);
    if (kind === endOfOptions) break;
    if (kind === noOperation) {
      at++;
      continue;
    }
    if (at + 1 >= bytes.length) break;
    const length = bytes.readUInt8(at + 1);
    if (length < 2 || at + length > bytes.length) break;
    options = { ...options, ...readOption(kind, bytes.subarray(at + 2, at + length), options) };
    at += length;
  }
  return options;
}

function readOption(kind: number, value: Buffer, before: TcpOptions): TcpOptions {
  if (kind === 2 && value.length === 2) return { mss: value.readUInt16BE(0) };
  if (kind === 3 && value.length === 1) return { windowScale: value.readUInt8(0) };
  if (kind === 4) return { sackPermitted: true };
  if (kind === 8 && value.length === 8) return { timestamps: [value.readUInt32BE(0), value.readUInt32BE(4)] };
  if (kind === 5 && value.length % 8 === 0) {
    const edge = (index: number): number => value.readUInt32BE(index);
    return {
      sack: Array.from({ length: value.length / 8 }, (_, n): [number, number] => [
        edge(8 * n),
        edge(8 * n + 4),
      ]),
    };
  }
  return { others: [...(before.others ?? []), kind] };
}
