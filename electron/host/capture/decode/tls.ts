/** The TLS record layer and the ClientHello (RFC 8446 sections 4.1.2 and 5.1): what TLS says before it says nothing. */
export interface TlsRecord {
  readonly type: number;
  readonly version: number;
  /** Of the whole record with its header; more than is here when it goes on in the next segment. */
  readonly length: number;
  /** Of a handshake record that is not encrypted. */
  readonly handshake: number | null;
}

export interface ClientHello {
  readonly version: number;
  readonly random: string;
  readonly serverName: string | null;
  readonly alpn: readonly string[];
  readonly versions: readonly number[];
  readonly ciphers: number;
  readonly encryptedHello: boolean;
}

const recordHeaderBytes = 5;
/** RFC 8446: 2^14 of text, and 256 for what encryption adds; TLS 1.2 allowed 2048. */
const mostRecordBytes = 16_384 + 2048;
const types: Readonly<Record<number, string>> = {
  20: 'change cipher spec',
  21: 'alert',
  22: 'handshake',
  23: 'application data',
};
const handshakes: Readonly<Record<number, string>> = {
  1: 'ClientHello',
  2: 'ServerHello',
  4: 'NewSessionTicket',
  8: 'EncryptedExtensions',
  11: 'Certificate',
  12: 'ServerKeyExchange',
  13: 'CertificateRequest',
  14: 'ServerHelloDone',
  15: 'CertificateVerify',
  16: 'ClientKeyExchange',
  20: 'Finished',
};
const versions: Readonly<Record<number, string>> = {
  0x0301: 'TLS 1.0',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  0x0304: 'TLS 1.3',
};
const extension = { serverName: 0, alpn: 16, supportedVersions: 43, encryptedHello: 0xfe0d } as const;

export function readTlsRecord(bytes: Buffer, at: number): TlsRecord | null {
  if (bytes.length < at + recordHeaderBytes) return null;
  const type = bytes.readUInt8(at);
  const version = bytes.readUInt16BE(at + 1);
  const length = bytes.readUInt16BE(at + 3);
  if (!(type in types) || version >> 8 !== 3 || (version & 0xff) > 4) return null;
  if (length === 0 || length > mostRecordBytes) return null;
  const inner = type === 22 ? (bytes[at + recordHeaderBytes] ?? null) : null;
  return {
    type,
    version,
    length: recordHeaderBytes + length,
    handshake: inner !== null && inner in handshakes ? inner : null,
  };
}

/** "handshake: ClientHello"; a handshake record that is encrypted does not tell its kind. */
export function tlsWords(record: TlsRecord): string {
  const type = types[record.type] ?? `type ${record.type}`;
  if (record.type !== 22) return type;
  return record.handshake === null ? `${type}, encrypted` : (handshakes[record.handshake] ?? type);
}

export function tlsVersionName(version: number): string {
  return versions[version] ?? `0x${version.toString(16).padStart(4, '0')}`;
}

/** The ClientHello in a record that begins at `at`; as much of it as one record and this segment hold. */
export function readClientHello(bytes: Buffer, at: number): ClientHello | null {
  const record = readTlsRecord(bytes, at);
  if (record?.handshake !== 1) return null;
  const body = new Reader(bytes.subarray(at + recordHeaderBytes + 4, at + record.length));
  const version = body.number(2);
  const random = body.take(32);
  if (version === null || random === null || body.vector(1) === null) return null;
  const ciphers = body.vector(2);
  if (ciphers === null || body.vector(1) === null) return null;
  const hello = {
    version,
    random: random.toString('hex'),
    ciphers: ciphers.length / 2,
    serverName: null as string | null,
    alpn: [] as readonly string[],
    versions: [] as readonly number[],
    encryptedHello: false,
  };
  const length = body.number(2);
  const extensions = new Reader(body.rest().subarray(0, length ?? 0));
  for (;;) {
    const type = extensions.number(2);
    const value = type === null ? null : extensions.vector(2);
    if (type === null || value === null) return hello;
    if (type === extension.serverName) hello.serverName = serverName(value);
    else if (type === extension.alpn) hello.alpn = protocols(value);
    else if (type === extension.supportedVersions) hello.versions = supported(value);
    else if (type === extension.encryptedHello) hello.encryptedHello = true;
  }
}

/** RFC 6066 section 3: a list of names, of which only host_name (0) exists. */
function serverName(value: Buffer): string | null {
  const list = new Reader(new Reader(value).vector(2) ?? Buffer.alloc(0));
  const kind = list.number(1);
  const name = list.vector(2);
  return kind === 0 && name !== null ? name.toString('latin1').slice(0, 255) : null;
}

/** RFC 7301. */
function protocols(value: Buffer): readonly string[] {
  const list = new Reader(new Reader(value).vector(2) ?? Buffer.alloc(0));
  const names: string[] = [];
  for (let name = list.vector(1); name !== null && names.length < 16; name = list.vector(1))
    names.push(name.toString('latin1'));
  return names;
}

function supported(value: Buffer): readonly number[] {
  const list = new Reader(new Reader(value).vector(1) ?? Buffer.alloc(0));
  const found: number[] = [];
  for (let one = list.number(2); one !== null; one = list.number(2)) if (one in versions) found.push(one);
  return found;
}

/** TLS's presentation language: numbers of so many bytes, and vectors behind their length. Null: not all there. */
class Reader {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  number(size: 1 | 2): number | null {
    if (this.at + size > this.bytes.length) return null;
    const value = this.bytes.readUIntBE(this.at, size);
    this.at += size;
    return value;
  }

  take(size: number): Buffer | null {
    if (this.at + size > this.bytes.length) return null;
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  vector(lengthSize: 1 | 2): Buffer | null {
    const size = this.number(lengthSize);
    return size === null ? null : this.take(size);
  }

  rest(): Buffer {
    return this.bytes.subarray(this.at);
  }
}
