import { createHeadReader } from '../../docker/wire/head.ts';
import type { Head, HeadParser } from '../../docker/wire/head.ts';

/** Mulberry32: 32 bits of state, the same sequence for the same seed on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One to four changes: a bit, a byte, a length, a piece cut out, doubled or put in, the end cut off. */
export function mutate(original: Buffer, random: () => number): Buffer {
  let bytes: Buffer = Buffer.from(original);
  const below = (limit: number) => Math.floor(random() * limit);
  const changes = 1 + below(4);
  for (let change = 0; change < changes && bytes.length > 0; change++) {
    const at = below(bytes.length);
    const some = Buffer.from(Array.from({ length: 1 + below(8) }, () => below(256)));
    switch (below(7)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        bytes[at] = [0, 1, 0x0d, 0x0a, 0x20, 0x7f, 0xff, below(256)][below(8)] ?? 0;
        break;
      case 2:
        if (at + 2 <= bytes.length) bytes.writeUInt16BE([0, 1, 0xff, 0x4000, 0xffff][below(5)] ?? 0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(16))]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), some, bytes.subarray(at)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 32))]);
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

export interface Judged<T> {
  readonly bytes: Buffer;
  readonly head: Head<T>;
}

/**
 * Whatever the bytes: the parser ends, asks for more than it has and for no more than `most`, claims no byte that it
 * was not given, and says the same of bytes that come in pieces.
 */
export function judge<T>(parse: HeadParser<T>, bytes: Buffer, most: number, random: () => number): Judged<T> {
  const head = parse(bytes);
  const fail = (what: string) => new Error(`${what}: ${bytes.toString('hex')}`);
  if (head.kind === 'more' && head.need <= bytes.length) throw fail(`asks for ${head.need}, which it has`);
  if (head.kind === 'more' && head.need > most) throw fail(`asks for ${head.need} bytes`);
  if (head.kind === 'read' && head.length > bytes.length) throw fail(`claims ${head.length} bytes`);
  const reader = createHeadReader(parse);
  let last: Head<T> = { kind: 'more', need: 1 };
  for (let at = 0; at < bytes.length && last.kind === 'more';) {
    const size = 1 + Math.floor(random() * (random() < 0.5 ? 4 : 400));
    last = reader.feed(bytes.subarray(at, at + size));
    at += size;
  }
  // In pieces it may wait for bytes that never come, where the whole would have been refused at once.
  const waits = head.kind === 'bad' && last.kind === 'more' && last.need > bytes.length;
  if (last.kind !== head.kind && !waits) throw fail(`${head.kind} as a whole, ${last.kind} in pieces`);
  return { bytes, head };
}
