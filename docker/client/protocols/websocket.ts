import { createHash, randomBytes } from 'node:crypto';
import type { ClientSettings } from '../../protocol/client.ts';
import type { Answer, AnswerReader, Connection } from '../connection.ts';
import type { Ending, PlannedRequest, Transport, Wire } from '../exchange.ts';
import type { Progress } from '../failure.ts';
import { createRequestWriter } from '../http1/request-writer.ts';
import { ResponseReader } from '../http1/response-reader.ts';
import { createKeptConnections } from '../kept-connections.ts';
import { spelledOnce } from '../spelled.ts';
import type { Secure } from '../tls.ts';

/**
 * handshake (RFC 6455 4) --101--> one text message --> its echo ("echo"), or another message ("message")
 *
 * On a kept connection the handshake is made once. A server that does not switch answers with its status, as to any
 * request; a 2xx or 3xx instead of 101 is a bad response, because nothing that was asked for has happened.
 */
export function createWebsocket(
  settings: () => ClientSettings,
  wire: Wire,
  secure: Secure | null,
): Transport {
  const switching = new Set<Connection>();
  const kept = createKeptConnections(settings, wire, secure, (connection) => switching.has(connection));
  // A connection that is to switch is not one to close, whatever becomes of it after.
  const writer = spelledOnce(settings, (now) =>
    createRequestWriter({ ...now, method: 'GET', bodyBytes: 0, body: null, connections: 'kept' }),
  );

  const speak = (
    connection: Connection,
    { id, userName }: PlannedRequest,
    done: (ending: Ending) => void,
  ) => {
    const now = settings();
    const text = Buffer.from(`${id} ${userName} ${'x'.repeat(now.bodyBytes)}`, 'latin1');
    connection.exchange({
      head: '',
      body: textFrame(text),
      reader: new MessageReader(text),
      limits: now,
      done,
    });
  };

  const shakeHands = (connection: Connection, request: PlannedRequest, done: (ending: Ending) => void) => {
    const key = randomBytes(16).toString('base64');
    const asks = `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n`;
    switching.add(connection);
    connection.exchange({
      head: writer().head(request).replace(/\r\n$/, `${asks}\r\n`),
      body: null,
      reader: new HandshakeReader(key),
      limits: settings(),
      done(ending) {
        switching.delete(connection);
        if (ending.status === '101') speak(connection, request, done);
        else done(ending);
      },
    });
  };

  return {
    send(request, done) {
      const { connection, fresh } = kept.take(request);
      if (fresh) shakeHands(connection, request, done);
      else speak(connection, request, done);
    },
    retire: () => kept.retire(),
    destroy: () => kept.destroy(),
  };
}

/** RFC 6455 1.3: what proves that the server understood. */
const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

class HandshakeReader extends ResponseReader {
  readonly #accept: string;

  constructor(key: string) {
    super('GET', 1);
    this.#accept = createHash('sha1')
      .update(key + handshakeGuid)
      .digest('base64');
  }

  override answer(): Answer | { readonly problem: string } {
    const read = super.answer();
    if ('problem' in read) return read;
    if (read.status === '101') {
      const accept = /^sec-websocket-accept:[ \t]*(\S+)/im.exec(this.headText)?.[1];
      if (accept !== this.#accept) return { problem: 'a handshake with the wrong Sec-WebSocket-Accept' };
      return read.reusable ? read : { problem: 'the server spoke before it was spoken to' };
    }
    if (read.ok) return { problem: `the server answered ${read.status} and did not switch to WebSocket` };
    return { ...read, reusable: false };
  }
}

const opText = 1;
const opPing = 9;
const opPong = 10;

/** RFC 6455 5.2; a client masks (5.3). One frame, final. */
export function textFrame(payload: Buffer): Buffer {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extra + 4 + length);
  frame[0] = 0x80 | opText;
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) frame.writeUInt16BE(length, 2);
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  mask.copy(frame, 2 + extra);
  const start = 6 + extra;
  for (let i = 0; i < length; i++) frame[start + i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return frame;
}

/** Reads frames until one message is whole; pings and pongs in between are let pass, a close ends it. */
export class MessageReader implements AnswerReader {
  progress: Progress = 'nothing';
  readonly #expected: Buffer;
  #held: Buffer = Buffer.alloc(0);
  #message: Buffer[] = [];
  #problem = '';
  #more = false;

  constructor(expected: Buffer) {
    this.#expected = expected;
  }

  feed(bytes: Buffer): boolean {
    this.progress = 'body';
    this.#held = Buffer.concat([this.#held, bytes]);
    for (let frame = readFrame(this.#held); frame !== null; frame = readFrame(this.#held)) {
      this.#held = this.#held.subarray(frame.size);
      if (frame.opcode === opPing || frame.opcode === opPong) continue;
      if (frame.opcode > 2 || frame.masked) {
        this.#problem = frame.masked ? 'a masked frame from a server' : `a frame of type ${frame.opcode}`;
        return true;
      }
      this.#message.push(Buffer.from(frame.payload));
      if (!frame.final) continue;
      this.#more = this.#held.length > 0;
      return true;
    }
    return false;
  }

  end(): boolean {
    return false;
  }

  answer(): Answer | { readonly problem: string } {
    if (this.#problem !== '') return { problem: this.#problem };
    const status = Buffer.concat(this.#message).equals(this.#expected) ? 'echo' : 'message';
    return { status, ok: true, server: null, reusable: !this.#more, idleMs: Infinity };
  }
}

interface Frame {
  readonly final: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
  readonly size: number;
}

function readFrame(bytes: Buffer): Frame | null {
  const first = bytes[0];
  const second = bytes[1];
  if (first === undefined || second === undefined) return null;
  const short = second & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const masked = (second & 0x80) !== 0;
  const size = start + (masked ? 4 : 0) + length;
  if (bytes.length < size) return null;
  return {
    final: (first & 0x80) !== 0,
    opcode: first & 0x0f,
    masked,
    payload: bytes.subarray(size - length, size),
    size,
  };
}
