//  handshake (RFC 6455 section 4) --101--> frames: each message is echoed, a ping is answered, a close is returned
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdHeader, serverHeader } from '../protocol/common.ts';
import type { RequestCounter } from './request-counter.ts';

export interface WebsocketDeps {
  readonly node: string;
  serviceMs(): number;
}

/** RFC 6455 section 1.3: what proves that the server understood. */
const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Far above what a lab sends; a peer must not make us hold more. */
const messageLimit = 1_048_576;

const op = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Each message counts as a request that this backend answered: a proxy in between sees one, the handshake. */
export function serveWebsocket(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  counter: RequestCounter,
  deps: WebsocketDeps,
): void {
  const key = request.headers['sec-websocket-key'];
  if (request.headers.upgrade?.toLowerCase() !== 'websocket' || typeof key !== 'string') {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const accept = createHash('sha1').update(`${key}${handshakeGuid}`).digest('base64');
  const id = request.headers[requestIdHeader];
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n${serverHeader}: ${deps.node}\r\n` +
      `${typeof id === 'string' ? `${requestIdHeader}: ${id}\r\n` : ''}\r\n`,
  );
  let bytes = Buffer.alloc(0);
  let message: Buffer[] = [];
  let messageBytes = 0;
  let kind: number = op.text;

  const close = (code: number) => {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    socket.end(serverFrame(op.close, payload));
  };

  const echo = (opcode: number, payload: Buffer) => {
    counter.received();
    const answer = () => {
      if (socket.destroyed) counter.aborted();
      else {
        socket.write(serverFrame(opcode, payload));
        counter.answered(101);
      }
    };
    const ms = deps.serviceMs();
    if (ms === 0) answer();
    else setTimeout(answer, ms);
  };

  const take = ({ opcode, final, payload }: Frame): boolean => {
    if (opcode === op.ping) return socket.write(serverFrame(op.pong, payload)) || true;
    if (opcode === op.pong) return true;
    if (opcode === op.close) {
      socket.end(serverFrame(op.close, payload));
      return false;
    }
    if (opcode !== op.continuation) kind = opcode;
    message.push(payload);
    messageBytes += payload.length;
    if (messageBytes > messageLimit) {
      close(1009);
      return false;
    }
    if (!final) return true;
    echo(kind, Buffer.concat(message));
    message = [];
    messageBytes = 0;
    return true;
  };

  const feed = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const frame = readFrame(bytes);
      if (frame === null) return;
      if (frame === 'bad') {
        close(1002);
        return;
      }
      bytes = bytes.subarray(frame.size);
      if (!take(frame)) return;
    }
  };

  socket.on('data', feed);
  socket.on('end', () => socket.end());
  if (head.length > 0) feed(head);
}

interface Frame {
  readonly opcode: number;
  readonly final: boolean;
  readonly payload: Buffer;
  readonly size: number;
}

/** RFC 6455 section 5.2. Null: not all here yet. A client must mask (5.1), and no extension was agreed on. */
function readFrame(bytes: Buffer): Frame | 'bad' | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  const opcode = first & 0x0f;
  const known = Object.values(op).some((one) => one === opcode);
  if ((first & 0x70) !== 0 || (second & 0x80) === 0 || !known) return 'bad';
  const short = second & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extra + 4) return null;
  const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (length > messageLimit || (opcode >= 8 && length > 125)) return 'bad';
  const start = 2 + extra + 4;
  if (bytes.length < start + length) return null;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return { opcode, final: (first & 0x80) !== 0, payload, size: start + length };
}

function serverFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extra + length);
  frame[0] = 0x80 | opcode;
  frame[1] = extra === 0 ? length : extra === 2 ? 126 : 127;
  if (extra === 2) frame.writeUInt16BE(length, 2);
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 2 + extra);
  return frame;
}
