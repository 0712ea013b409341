import { connect as tlsConnect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { Duplex } from 'node:stream';

export interface HelloParts {
  readonly serverNames?: readonly string[];
  readonly alpn?: readonly string[];
  readonly encrypted?: boolean;
  readonly padding?: number;
}

/** A ClientHello as a TLS client would send it, in one record or in records of so many bytes. */
export function clientHello(parts: HelloParts, recordBytes = 2 ** 14): Buffer {
  const extensions: Buffer[] = [];
  for (const name of parts.serverNames ?? []) {
    extensions.push(extension(0, vector(2, Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(name))]))));
  }
  if (parts.alpn !== undefined) {
    extensions.push(
      extension(16, vector(2, Buffer.concat(parts.alpn.map((name) => vector(1, Buffer.from(name)))))),
    );
  }
  if (parts.encrypted === true) extensions.push(extension(0xfe0d, Buffer.alloc(40, 7)));
  if (parts.padding !== undefined) extensions.push(extension(21, Buffer.alloc(parts.padding)));
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 1),
    vector(1, Buffer.alloc(32, 2)),
    vector(2, Buffer.from([0x13, 0x01, 0x13, 0x02])),
    vector(1, Buffer.from([0])),
    vector(2, Buffer.concat(extensions)),
  ]);
  return records(Buffer.concat([Buffer.from([1]), vector(3, body)]), recordBytes);
}

export function records(message: Buffer, recordBytes: number): Buffer {
  const list: Buffer[] = [];
  for (let at = 0; at < message.length; at += recordBytes) {
    list.push(Buffer.from([22, 3, 1]), vector(2, message.subarray(at, at + recordBytes)));
  }
  return Buffer.concat(list);
}

/** What Node's own TLS stack (OpenSSL) sends first. */
export async function realClientHello(options: ConnectionOptions): Promise<Buffer> {
  return await new Promise((resolve) => {
    const wire = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        done();
        resolve(chunk);
      },
    });
    const socket = tlsConnect({ ...options, socket: wire });
    socket.on('error', () => undefined);
  });
}

export function vector(lengthBytes: number, body: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(body.length, 0, lengthBytes);
  return Buffer.concat([length, body]);
}

function extension(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(type);
  return Buffer.concat([head, vector(2, data)]);
}
