import { bad, more } from './head.ts';
import type { Head } from './head.ts';

/** What a TLS client says before anything is encrypted (RFC 8446 4.1.2), as far as a balancer can use it. */
export interface ClientHello {
  /** RFC 6066 3: lower case; null where the client named no server. Under ECH it is the public name, not the real one. */
  readonly serverName: string | null;
  /** RFC 7301, in the client's order. */
  readonly alpn: readonly string[];
  /** It carries encrypted_client_hello: the true name is inside, or it is GREASE; from outside both look alike. */
  readonly encrypted: boolean;
}

/** NGINX's preread buffer and HAProxy's buffer are 16 KiB; a hello with post-quantum keys takes about 2. */
const mostBytes = 16 * 1024;
/** Some clients cut the hello into a handful of records; thousands of one byte each are there to cost us time. */
const mostRecords = 32;
const recordHead = 5;
/** RFC 8446 5.1: a record carries at most 2^14 bytes. */
const mostInRecord = 2 ** 14;
const handshake = 22;
const clientHello = 1;
const extension = { serverName: 0, alpn: 16, encryptedHello: 0xfe0d } as const;

/**
 * The hello may be spread over any number of TCP segments, and over several records (RFC 8446 5.1). Nothing is
 * decrypted, nothing is changed; whoever asks hands the same bytes on.
 */
export function parseClientHello(bytes: Buffer): Head<ClientHello> {
  const pieces: Buffer[] = [];
  let got = 0;
  let at = 0;
  while (pieces.length < mostRecords) {
    if (bytes.length > at && bytes[at] !== handshake) {
      return bad(at === 0 ? 'not TLS' : 'a record that is no handshake');
    }
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return bad('not TLS: no such record version');
    if (bytes.length < at + recordHead) return more(bytes.length === at ? at + 1 : at + recordHead);
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > mostInRecord) return bad(`a record of ${length} bytes`);
    const end = at + recordHead + length;
    const piece = bytes.subarray(at + recordHead, end);
    pieces.push(piece);
    got += piece.length;
    const message = pieces.length === 1 ? piece : Buffer.concat(pieces);
    if (got > 0 && message[0] !== clientHello) return bad('a handshake, but no ClientHello');
    const size = got < 4 ? 4 : 4 + message.readUIntBE(1, 3);
    if (size > mostBytes) return bad(`a ClientHello of ${size} bytes`);
    if (got >= 4 && got >= size) return readHello(message.subarray(4, size), bytes.length);
    if (bytes.length < end) return more(Math.min(end, bytes.length + size - got));
    at = end;
  }
  return bad(`a ClientHello in more than ${mostRecords} records`);
}

/** `length` is what was looked at: all of it, since nothing is taken off. */
function readHello(body: Buffer, length: number): Head<ClientHello> {
  try {
    return { kind: 'read', value: hello(cursor(body)), length };
  } catch (error) {
    if (error instanceof Malformed) return bad(error.message);
    throw error;
  }
}

class Malformed extends Error {}

function hello(body: Cursor): ClientHello {
  body.take(2 + 32);
  body.vector(1);
  body.vector(2);
  body.vector(1);
  const seen = new Set<number>();
  let serverName: string | null = null;
  let alpn: readonly string[] = [];
  // TLS 1.2 may have none at all.
  const extensions = body.left === 0 ? null : body.vector(2);
  while (extensions !== null && extensions.left > 0) {
    const type = extensions.number(2);
    const data = extensions.vector(2);
    // RFC 8446 4.2: no two of the same type; a second name would let two hops read two different ones.
    if (seen.has(type)) throw new Malformed(`extension ${type} twice`);
    seen.add(type);
    if (type === extension.serverName) serverName = readServerName(data);
    else if (type === extension.alpn) alpn = readAlpn(data);
  }
  return { serverName, alpn, encrypted: seen.has(extension.encryptedHello) };
}

function readServerName(data: Cursor): string {
  const list = data.vector(2);
  if (list.number(1) !== 0) throw new Malformed('a server name that is no host name');
  const name = list.vector(2).rest().toString('latin1').toLowerCase();
  // RFC 6066 3: one name of a type, a host name in ASCII without a trailing dot.
  if (list.left > 0) throw new Malformed('two server names');
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) || name.length > 253) {
    throw new Malformed('a server name that is no host name');
  }
  return name;
}

function readAlpn(data: Cursor): readonly string[] {
  const list = data.vector(2);
  const names: string[] = [];
  while (list.left > 0) {
    const name = list.vector(1).rest().toString('latin1');
    if (name === '') throw new Malformed('an empty protocol name');
    names.push(name);
  }
  return names;
}

interface Cursor {
  readonly left: number;
  take(bytes: number): Buffer;
  number(bytes: number): number;
  /** A length of so many bytes, then as many bytes. */
  vector(lengthBytes: number): Cursor;
  rest(): Buffer;
}

function cursor(bytes: Buffer): Cursor {
  let at = 0;
  const take = (count: number) => {
    if (at + count > bytes.length) throw new Malformed('a ClientHello that is cut short inside');
    at += count;
    return bytes.subarray(at - count, at);
  };
  const number = (count: number) => take(count).readUIntBE(0, count);
  return {
    get left() {
      return bytes.length - at;
    },
    take,
    number,
    vector: (lengthBytes) => cursor(take(number(lengthBytes))),
    rest: () => take(bytes.length - at),
  };
}
