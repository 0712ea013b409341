import { connect } from 'node:net';
import { waitUntil } from './wait.ts';

/** HTTP/2 by the frame, for what no client library would ever send (RFC 9113 sections 4 to 6). */
export const types = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flags = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

const codes = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;
export type Code = (typeof codes)[number];
export function codeOf(value: number): Code {
  return codes[value] ?? 'NO_ERROR';
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flag: number, stream: number, payload: Buffer | string = ''): Buffer {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = type;
  head[4] = flag;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

/** Fields as literals that no table keeps (RFC 7541 section 6.2.2), without Huffman. */
export function block(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const { length } = bytes;
  if (length < 127) return Buffer.concat([Buffer.from([length]), bytes]);
  const rest: number[] = [127];
  let left = length - 127;
  for (; left >= 128; left = Math.floor(left / 128)) rest.push((left % 128) + 128);
  return Buffer.concat([Buffer.from([...rest, left]), bytes]);
}

export const get: readonly (readonly [string, string])[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'a'],
];
export const post: readonly (readonly [string, string])[] = [[':method', 'POST'], ...get.slice(1)];

export function headers(
  stream: number,
  fields = get,
  flag: number = flags.endStream | flags.endHeaders,
): Buffer {
  return frame(types.headers, flag, stream, block(fields));
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value >>> 0, index * 4));
  return bytes;
}

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  return frame(
    types.settings,
    0,
    0,
    Buffer.concat(pairs.map(([id, value]) => Buffer.concat([Buffer.from([0, id]), u32(value)]))),
  );
}

/** What became of a stream, or of the connection, in words. */
export interface Heard {
  readonly frames: readonly Frame[];
  readonly closed: boolean;
  readonly goaway: Code | null;
  reset(stream: number): Code | null;
  status(stream: number): number | null;
  body(stream: number): string;
  ended(stream: number): boolean;
}

export interface Http2Wire extends Heard {
  /** Of this end. */
  readonly port: number;
  send(...frames: readonly Buffer[]): void;
  until(what: string, there: (heard: Heard) => boolean): Promise<void>;
  destroy(): void;
}

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const digits: Readonly<Record<string, string>> = Object.fromEntries([
  ...['00000', '00001', '00010'].map((bits, digit) => [bits, String(digit)]),
  ...['011001', '011010', '011011', '011100', '011101', '011110', '011111'].map((bits, digit) => [
    bits,
    String(digit + 3),
  ]),
]) as Record<string, string>;

/** A connection that has said its preface and these settings, and acknowledges nobody's. */
export function http2Wire(port: number, first: Buffer = settings(), start = preface): Http2Wire {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const frames: Frame[] = [];
  let closed = false;
  let localPort = 0;
  let unread: Buffer = Buffer.alloc(0);
  socket.on('connect', () => (localPort = socket.localPort ?? 0));
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 9) {
      const end = 9 + unread.readUIntBE(0, 3);
      if (unread.length < end) return;
      const [type = 0, flag = 0] = unread.subarray(3, 5);
      frames.push({ type, flags: flag, stream: unread.readUInt32BE(5), payload: unread.subarray(9, end) });
      unread = unread.subarray(end);
    }
  });
  socket.on('error', () => undefined);
  socket.on('end', () => (closed = true));
  socket.on('close', () => (closed = true));
  socket.write(Buffer.concat([Buffer.from(start), first]));
  const of = (type: number, stream?: number) =>
    frames.filter((one) => one.type === type && (stream === undefined || one.stream === stream));
  const heard: Heard = {
    frames,
    get closed() {
      return closed;
    },
    get goaway() {
      const [one] = of(types.goaway);
      return one === undefined ? null : (codes[one.payload.readUInt32BE(4)] ?? 'NO_ERROR');
    },
    reset(stream) {
      const [one] = of(types.rstStream, stream);
      return one === undefined ? null : (codes[one.payload.readUInt32BE(0)] ?? 'NO_ERROR');
    },
    status(stream) {
      const all = of(types.headers, stream).map(({ payload }) => statusOf(payload));
      return all.find((status) => status >= 200) ?? null;
    },
    body: (stream) => Buffer.concat(of(types.data, stream).map(({ payload }) => payload)).toString('latin1'),
    ended: (stream) => frames.some((one) => one.stream === stream && one.type <= 1 && (one.flags & 1) !== 0),
  };
  return Object.defineProperties(
    {
      send: (...list: readonly Buffer[]) => void socket.write(Buffer.concat(list)),
      until: async (what: string, there: (now: Heard) => boolean) => {
        await waitUntil(() => there(heard), 15_000, what);
      },
      destroy: () => void socket.destroy(),
      get port() {
        return localPort;
      },
    },
    Object.getOwnPropertyDescriptors(heard),
  ) as Http2Wire;
}

/** `:status` is first: an entry of the static table, or its name and a value, plain or by Huffman. */
function statusOf(payload: Buffer): number {
  const table = [200, 204, 206, 304, 400, 404, 500];
  let at = 0;
  // A table size update may come before all fields (RFC 7541 section 6.3).
  while (((payload[at] ?? 0) & 0xe0) === 0x20) {
    const long = (payload[at] ?? 0) === 0x3f;
    at += 1;
    if (long) while ((payload[at++] ?? 0) >= 128);
  }
  const first = payload[at] ?? 0;
  if (first >= 0x88 && first <= 0x8e) return table[first - 0x88] ?? 0;
  const length = payload[at + 1] ?? 0;
  const value = payload.subarray(at + 2, at + 2 + (length & 0x7f));
  if (length < 128) return Number(value.toString('latin1'));
  const bits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let text = '';
  for (let from = 0; text.length < 3 && from < bits.length;) {
    const size = digits[bits.slice(from, from + 5)] === undefined ? 6 : 5;
    text += digits[bits.slice(from, from + size)] ?? '?';
    from += size;
  }
  return Number(text);
}
