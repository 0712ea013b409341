/** HTTP/2 frames (RFC 9113 sections 4 and 6). Header blocks stay compressed: HPACK needs every one since the first. */
export interface Http2Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  /** Of the whole frame with its header. */
  readonly length: number;
  /** The frame's own words, where its payload is here and has any: an error code, a window. */
  readonly detail: string;
}

export const http2Preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
export const http2HeaderBytes = 9;

const names = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const;
const errors = [
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
const settings = [
  '',
  'HEADER_TABLE_SIZE',
  'ENABLE_PUSH',
  'MAX_CONCURRENT_STREAMS',
  'INITIAL_WINDOW_SIZE',
  'MAX_FRAME_SIZE',
  'MAX_HEADER_LIST_SIZE',
] as const;
const flag = { endStreamOrAck: 1, endHeaders: 4 } as const;
const mostSettings = 16;

export function readHttp2Frame(bytes: Buffer, at: number): Http2Frame | null {
  if (bytes.length < at + http2HeaderBytes) return null;
  const size = bytes.readUIntBE(at, 3);
  const type = bytes.readUInt8(at + 3);
  const flags = bytes.readUInt8(at + 4);
  const payload = bytes.subarray(at + http2HeaderBytes, at + http2HeaderBytes + size);
  return {
    type,
    flags,
    stream: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
    length: http2HeaderBytes + size,
    detail: detailOf(type, flags, payload),
  };
}

/** "HEADERS, stream 1, ends stream". */
export function http2Words(frame: Http2Frame): string {
  const name = names[frame.type] ?? `frame type ${frame.type}`;
  const acknowledges = (frame.type === 4 || frame.type === 6) && (frame.flags & flag.endStreamOrAck) !== 0;
  const ends = frame.type <= 1 && (frame.flags & flag.endStreamOrAck) !== 0;
  return [
    acknowledges ? `${name} ack` : name,
    ...(frame.stream === 0 ? [] : [`stream ${frame.stream}`]),
    ...(frame.detail === '' ? [] : [frame.detail]),
    ...(ends ? ['ends stream'] : []),
  ].join(', ');
}

function detailOf(type: number, flags: number, payload: Buffer): string {
  switch (names[type]) {
    case 'DATA':
      return `${payload.length} bytes`;
    case 'RST_STREAM':
      return payload.length < 4 ? '' : errorName(payload.readUInt32BE(0));
    case 'SETTINGS':
      return (flags & flag.endStreamOrAck) !== 0 ? '' : settingsOf(payload);
    case 'GOAWAY':
      return payload.length < 8
        ? ''
        : `last stream ${payload.readUInt32BE(0) & 0x7fff_ffff}, ${errorName(payload.readUInt32BE(4))}`;
    case 'WINDOW_UPDATE':
      return payload.length < 4 ? '' : `+${payload.readUInt32BE(0) & 0x7fff_ffff}`;
    default:
      return '';
  }
}

function errorName(code: number): string {
  return errors[code] ?? `error ${code}`;
}

function settingsOf(payload: Buffer): string {
  const found: string[] = [];
  for (let at = 0; at + 6 <= payload.length && found.length < mostSettings; at += 6) {
    const id = payload.readUInt16BE(at);
    found.push(`${settings[id] ?? `setting ${id}`} ${payload.readUInt32BE(at + 2)}`);
  }
  return found.join(', ');
}
