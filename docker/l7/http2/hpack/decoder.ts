import { code } from '../codes.ts';
import { ConnectionError } from '../connection-error.ts';
import { readHuffman } from './huffman.ts';
import { staticTable } from './static-table.ts';
import { createTable, entrySize } from './table.ts';
import type { Sized } from './table.ts';

/**
 * Reads header blocks (RFC 7541). What its owner makes of a field is made once and kept with the entry: a field that comes
 * again costs one look-up.
 */
export interface Decoder<Made> {
  /** A whole block; `take` gets each field with its size by the table's rule. Throws what ends the connection. */
  decode(bytes: Buffer, start: number, end: number, take: (made: Made, size: number) => void): void;
}

interface Entry<Made> extends Sized {
  readonly name: string;
  readonly made: Made;
}

/** Four bytes of seven bits each: no length in a block of ours is longer. */
const mostShift = 28;

/** For one kind of message; `make` must know nothing of a connection, as the static table's fields are made once for all. */
export function decoders<Made>(
  make: (name: string, value: string) => Made,
): (limit: number) => Decoder<Made> {
  const entry = (name: string, value: string): Entry<Made> => ({
    name,
    made: make(name, value),
    size: entrySize(name, value),
  });
  const fixed = staticTable.map(([name, value]) => entry(name, value));
  return (limit) => createDecoder(entry, fixed, limit);
}

function createDecoder<Made>(
  make: (name: string, value: string) => Entry<Made>,
  fixed: readonly Entry<Made>[],
  allowed: number,
): Decoder<Made> {
  const table = createTable<Entry<Made>>(allowed);
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  let end = 0;

  /** RFC 7541 section 5.1; the first octet's upper bits are another's. */
  const integer = (prefix: number): number => {
    let value = (bytes[at++] ?? 0) & prefix;
    if (value < prefix) return value;
    for (let shift = 0; shift < mostShift; shift += 7) {
      if (at >= end) throw broken('a number without its end');
      const octet = bytes[at++] ?? 0;
      value += (octet & 127) * 2 ** shift;
      if (octet < 128) return value;
    }
    throw broken('a number without end');
  };

  const text = (): string => {
    if (at >= end) throw broken('a string that is not there');
    const coded = (bytes[at] ?? 0) >= 128;
    const length = integer(127);
    const start = at;
    at += length;
    if (at > end) throw broken('a string longer than its block');
    if (!coded) return bytes.toString('latin1', start, at);
    const read = readHuffman(bytes, start, at);
    if (read === null) throw broken('a string that no Huffman code says');
    return read;
  };

  const entryAt = (index: number): Entry<Made> => {
    const found = index <= fixed.length ? fixed[index - 1] : table.get(index - fixed.length - 1);
    if (found === undefined) throw broken(`no entry ${index}`);
    return found;
  };

  const literal = (prefix: number): Entry<Made> => {
    const index = integer(prefix);
    const name = index === 0 ? text() : entryAt(index).name;
    return make(name, text());
  };

  const resize = () => {
    const limit = integer(31);
    if (limit > allowed) throw broken('a table larger than was allowed');
    table.resize(limit);
  };

  return {
    decode(block, from, to, take) {
      bytes = block;
      at = from;
      end = to;
      let fields = 0;
      while (at < end) {
        const octet = block[at] ?? 0;
        if (octet >= 0x80) {
          const { made, size } = entryAt(integer(0x7f));
          take(made, size);
        } else if (octet >= 0x40) {
          const added = literal(0x3f);
          table.add(added);
          take(added.made, added.size);
        } else if (octet >= 0x20) {
          // Only before the first field (section 4.2).
          if (fields > 0) throw broken('a table size update between fields');
          resize();
          continue;
        } else {
          const { made, size } = literal(0x0f);
          take(made, size);
        }
        fields += 1;
      }
      if (at > end) throw broken('a block that ends too early');
    },
  };
}

function broken(reason: string): ConnectionError {
  return new ConnectionError(code.compressionError, reason);
}
