import type { FieldType, Message, ProtoField, Scalar } from './proto.ts';

/** What does not fit its message: a wrong value, with the field's name, or bytes that are no message. */
export class MessageProblem extends Error {
  override readonly name = 'MessageProblem';
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Fields = Readonly<Record<string, Value>>;

/** How each scalar stands on the wire (protobuf encoding): 0 varint, 1 eight bytes, 2 with its length, 5 four bytes. */
const wireTypes: Readonly<Record<Scalar, 0 | 1 | 2 | 5>> = {
  double: 1,
  float: 5,
  int32: 0,
  int64: 0,
  uint32: 0,
  uint64: 0,
  sint32: 0,
  sint64: 0,
  fixed32: 5,
  fixed64: 1,
  sfixed32: 5,
  sfixed64: 1,
  bool: 0,
  string: 2,
  bytes: 2,
};
/** Deeper than any API nests, shallower than the stack. */
const deepest = 64;

/** A JSON object, by proto3's mapping, as the bytes of a message. */
export function encodeMessage(message: Message, value: Value, path = '', depth = 0): Buffer {
  if (depth > deepest) throw new MessageProblem(`${path} is nested too deeply`);
  if (!isFields(value)) throw new MessageProblem(`${path === '' ? 'the body' : path} is not an object`);
  const parts: { readonly number: number; readonly bytes: readonly Buffer[] }[] = [];
  for (const [key, one] of Object.entries(value)) {
    const field = message.fields.find(({ json, name }) => json === key || name === key);
    if (field === undefined) throw new MessageProblem(`there is no field ${path}${key}`);
    if (one === null) continue;
    if (field.repeated && !Array.isArray(one)) throw new MessageProblem(`${path}${key} is not a list`);
    const all = field.repeated ? (one as readonly Value[]) : [one];
    const bytes = all.flatMap((item) => encodeField(field, item, `${path}${key}`, depth));
    parts.push({ number: field.number, bytes });
  }
  // In the order of their numbers, as everybody writes them; the format does not ask for it.
  parts.sort((a, b) => a.number - b.number);
  return Buffer.concat(parts.flatMap((part) => part.bytes));
}

export function isFields(value: Value): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function encodeField(field: ProtoField, value: Value, path: string, depth: number): readonly Buffer[] {
  const { type, number } = field;
  if (type.kind === 'message') {
    const inner = encodeMessage(type.message, value, `${path}.`, depth + 1);
    return [tag(number, 2), varint(BigInt(inner.length)), inner];
  }
  if (type.kind === 'enum') {
    const found =
      typeof value === 'string' ? type.values.get(value) : typeof value === 'number' ? value : undefined;
    if (found === undefined)
      throw new MessageProblem(`${path} is none of ${[...type.values.keys()].join(', ')}`);
    return [tag(number, 0), varint(BigInt.asUintN(64, BigInt(found)))];
  }
  return [tag(number, wireTypes[type.scalar]), scalarBytes(type.scalar, value, path)];
}

function tag(number: number, wire: number): Buffer {
  return varint(BigInt(number) * 8n + BigInt(wire));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left > 127n) {
    bytes.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  return Buffer.from([...bytes, Number(left)]);
}

const spans = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  sfixed32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
} as const;
type Whole = keyof typeof spans;

function scalarBytes(scalar: Scalar, value: Value, path: string): Buffer {
  const wrong = (what: string): never => {
    throw new MessageProblem(`${path} is not ${what}`);
  };
  switch (scalar) {
    case 'string':
    case 'bytes': {
      if (typeof value !== 'string') return wrong('a text');
      const bytes = Buffer.from(value, scalar === 'bytes' ? 'base64' : 'utf8');
      return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
    }
    case 'bool': {
      const truth = value === 'true' ? true : value === 'false' ? false : value;
      return typeof truth === 'boolean' ? Buffer.from([truth ? 1 : 0]) : wrong('true or false');
    }
    case 'double':
    case 'float': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || (Number.isNaN(number) && value !== 'NaN')) return wrong('a number');
      const bytes = Buffer.alloc(scalar === 'double' ? 8 : 4);
      if (scalar === 'double') bytes.writeDoubleLE(number);
      else bytes.writeFloatLE(number);
      return bytes;
    }
    default:
      return wholeBytes(scalar, whole(value, scalar) ?? wrong(`a whole number that ${scalar} holds`));
  }
}

function whole(value: Value, scalar: Whole): bigint | null {
  const good =
    (typeof value === 'number' && Number.isInteger(value)) ||
    (typeof value === 'string' && /^-?\d{1,20}$/.test(value));
  if (!good) return null;
  const number = BigInt(value);
  const [least, most] = spans[scalar];
  return number >= least && number <= most ? number : null;
}

function wholeBytes(scalar: Whole, value: bigint): Buffer {
  if (scalar.includes('fixed')) {
    const bytes = Buffer.alloc(scalar.endsWith('64') ? 8 : 4);
    if (scalar.endsWith('64')) bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    else bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)));
    return bytes;
  }
  // ZigZag: small negative numbers stay short.
  if (scalar.startsWith('s')) return varint(value < 0n ? -value * 2n - 1n : value * 2n);
  return varint(BigInt.asUintN(64, value));
}

/** The bytes of a message as a JSON object. What its proto does not know is passed over, and defaults are left out. */
export function decodeMessage(message: Message, bytes: Buffer, depth = 0): Fields {
  if (depth > deepest) throw new MessageProblem('nested too deeply');
  const found: Record<string, Value> = {};
  const reader = createReader(bytes);
  while (reader.left > 0) {
    const key = reader.varint();
    const wire = Number(key & 7n);
    const field = message.fields.find(({ number }) => BigInt(number) === key >> 3n);
    const raw = reader.raw(wire);
    if (field === undefined) continue;
    const values = decodeField(field.type, wire, raw, field.repeated, depth);
    if (field.repeated)
      found[field.json] = [...((found[field.json] as readonly Value[] | undefined) ?? []), ...values];
    else found[field.json] = values.at(-1) ?? null;
  }
  return found;
}

type Raw = bigint | Buffer;

function decodeField(
  type: FieldType,
  wire: number,
  raw: Raw,
  repeated: boolean,
  depth: number,
): readonly Value[] {
  if (type.kind === 'message') {
    if (!Buffer.isBuffer(raw) || wire !== 2) throw new MessageProblem('not the wire type of a message');
    return [decodeMessage(type.message, raw, depth + 1)];
  }
  const expected = type.kind === 'enum' ? 0 : wireTypes[type.scalar];
  // Numbers of a list may stand together, under one tag (packed).
  if (wire === 2 && expected !== 2 && repeated && Buffer.isBuffer(raw)) {
    const reader = createReader(raw);
    const values: Value[] = [];
    while (reader.left > 0) values.push(scalarValue(type, reader.raw(expected)));
    return values;
  }
  if (wire !== expected) throw new MessageProblem('a field of another wire type');
  return [scalarValue(type, raw)];
}

function scalarValue(type: Exclude<FieldType, { kind: 'message' }>, raw: Raw): Value {
  if (type.kind === 'enum') {
    const number = Number(BigInt.asIntN(32, raw as bigint));
    return [...type.values].find(([, one]) => one === number)?.[0] ?? number;
  }
  const { scalar } = type;
  if (Buffer.isBuffer(raw)) {
    switch (scalar) {
      case 'bytes':
        return raw.toString('base64');
      case 'double':
        return finite(raw.readDoubleLE());
      case 'float':
        return finite(raw.readFloatLE());
      case 'fixed32':
        return raw.readUInt32LE();
      case 'sfixed32':
        return raw.readInt32LE();
      // JSON's numbers do not hold 64 bits: they are texts there.
      case 'fixed64':
        return String(raw.readBigUInt64LE());
      case 'sfixed64':
        return String(raw.readBigInt64LE());
      default:
        return raw.toString('utf8');
    }
  }
  switch (scalar) {
    case 'bool':
      return raw !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, raw));
    case 'uint32':
      return Number(BigInt.asUintN(32, raw));
    case 'sint32':
      return Number(zigzag(raw));
    case 'sint64':
      return String(zigzag(raw));
    case 'int64':
      return String(BigInt.asIntN(64, raw));
    default:
      return String(raw);
  }
}

function finite(value: number): Value {
  return Number.isFinite(value) ? value : String(value);
}

function zigzag(value: bigint): bigint {
  return (value & 1n) === 1n ? -(value + 1n) / 2n : value / 2n;
}

function createReader(bytes: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw new MessageProblem('the message ends in the middle of a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new MessageProblem('a number without end');
  };
  return {
    get left() {
      return bytes.length - at;
    },
    varint: readVarint,
    raw(wire: number): Raw {
      if (wire === 0) return readVarint();
      if (wire === 1) return take(8);
      if (wire === 5) return take(4);
      if (wire !== 2) throw new MessageProblem(`wire type ${wire}`);
      const length = readVarint();
      return take(length > BigInt(bytes.length) ? bytes.length + 1 : Number(length));
    },
  };
}
