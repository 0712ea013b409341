import { huffmanBytes, writeHuffman } from './huffman.ts';
import { staticTable } from './static-table.ts';
import { createTable, entrySize } from './table.ts';
import type { Sized } from './table.ts';

/** Writes header blocks (RFC 7541). Names are in lower case. */
export interface Encoder {
  /** The peer has said how large a table it keeps: told in the next block. */
  limit(bytes: number): void;
  /** Before a block's first field. */
  begin(into: Buffer, at: number): number;
  field(name: string, value: string, into: Buffer, at: number): number;
}

/** A table of ours is never larger, whatever a peer would keep. */
const mostTable = 4096;
/** More names than this, and they are forgotten, not the entries: a target must not fill our memory with them. */
const mostNames = 512;
/** A value this long would push out half a table of others. */
const mostValue = 1024;
/** Guessed one octet at a time by whoever can see our lengths (RFC 7541 section 7.1.3): kept in no table, of nobody's. */
const secret: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'set-cookie',
  'x-forwarded-client-cert',
]);
/** A cookie this short may be worth guessing; a long one is not to be had so. */
const shortCookie = 20;

interface Name {
  /** In the static table; 0 where it is in none. */
  readonly index: number;
  readonly secret: boolean;
  /** Static entries whole, by value. */
  readonly whole: ReadonlyMap<string, number> | null;
  /** In the dynamic table, oldest first. */
  kept: { readonly value: string; readonly number: number }[];
  /** Of the last value that was in no table. */
  last: number;
}

const wholeEntries = new Map<string, Map<string, number>>();
const firstIndex = new Map<string, number>();
staticTable.forEach(([name, value], at) => {
  if (!firstIndex.has(name)) firstIndex.set(name, at + 1);
  if (value === '') return;
  const values = wholeEntries.get(name) ?? new Map<string, number>();
  wholeEntries.set(name, values.set(value, at + 1));
});

/** Room that a field takes at the most, with its numbers. */
export function fieldRoom(name: string, value: string): number {
  return name.length + value.length + 12;
}
/** And the table size updates before the first one. */
export const blockRoom = 12;

export function createEncoder(): Encoder {
  const table = createTable<Sized>(mostTable);
  const names = new Map<string, Name>();
  // The least and the last of what was said since the last block (section 4.2).
  let least: number | null = null;
  let last = mostTable;

  const nameOf = (name: string): Name => {
    let found = names.get(name);
    if (found !== undefined) return found;
    if (names.size >= mostNames) names.clear();
    found = {
      index: firstIndex.get(name) ?? 0,
      secret: secret.has(name),
      whole: wholeEntries.get(name) ?? null,
      kept: [],
      last: -1,
    };
    names.set(ownCopy(name), found);
    return found;
  };

  /** Its number among all that were ever added, or -1. */
  const keptAt = (known: Name, value: string): number => {
    const oldest = table.added - table.count;
    for (let at = known.kept.length - 1; at >= 0; at--) {
      const one = known.kept[at];
      if (one === undefined) break;
      if (one.number < oldest) {
        // Gone from the table, and all before it too.
        known.kept = known.kept.slice(at + 1);
        break;
      }
      if (one.value === value) return one.number;
    }
    return -1;
  };

  const indexOf = (number: number) => staticTable.length + table.added - number;

  return {
    limit(bytes) {
      const next = Math.min(bytes, mostTable);
      if (least === null && next === last) return;
      last = next;
      least = least === null ? last : Math.min(least, last);
    },
    begin(into, at) {
      if (least === null) return at;
      let next = at;
      if (least < last) {
        table.resize(least);
        next = writeInteger(least, 0x20, 31, into, next);
      }
      least = null;
      table.resize(last);
      return writeInteger(last, 0x20, 31, into, next);
    },
    field(name, value, into, at) {
      const known = nameOf(name);
      const whole = known.whole?.get(value);
      if (whole !== undefined) return writeInteger(whole, 0x80, 0x7f, into, at);
      const number = keptAt(known, value);
      if (number >= 0) return writeInteger(indexOf(number), 0x80, 0x7f, into, at);
      const hidden = known.secret || (name === 'cookie' && value.length < shortCookie);
      const size = entrySize(name, value);
      // A value that comes for the second time in a row is one that will come again.
      const mark = hidden || value.length > mostValue ? -1 : markOf(value);
      const keep = mark !== -1 && mark === known.last && size <= table.limit;
      known.last = mark;
      const nameAt = known.index !== 0 ? known.index : nameIndex(known);
      let next = keep
        ? writeInteger(nameAt, 0x40, 0x3f, into, at)
        : writeInteger(nameAt, hidden ? 0x10 : 0, 0x0f, into, at);
      if (nameAt === 0) next = writeText(name, into, next);
      if (keep) {
        known.kept.push({ value: ownCopy(value), number: table.added });
        table.add({ size });
      }
      return writeText(value, into, next);
    },
  };

  function nameIndex({ kept }: Name): number {
    const newest = kept.at(-1);
    return newest === undefined || newest.number < table.added - table.count ? 0 : indexOf(newest.number);
  }
}

function writeInteger(value: number, first: number, prefix: number, into: Buffer, at: number): number {
  if (value < prefix) {
    into[at] = first | value;
    return at + 1;
  }
  into[at] = first | prefix;
  let next = at + 1;
  let left = value - prefix;
  for (; left >= 128; left >>>= 7) into[next++] = (left & 127) | 128;
  into[next] = left;
  return next + 1;
}

function writeText(text: string, into: Buffer, at: number): number {
  const coded = huffmanBytes(text);
  if (coded < text.length) return writeHuffman(text, into, writeInteger(coded, 0x80, 127, into, at));
  const start = writeInteger(text.length, 0, 127, into, at);
  return start + into.write(text, start, 'latin1');
}

/** Knows a value again without keeping it; two that share a mark only cost an entry. */
function markOf(value: string): number {
  let mark = value.length;
  for (let at = 0; at < value.length; at++) mark = (mark * 31 + value.charCodeAt(at)) & 0x3fffffff;
  return mark;
}

/** A text cut from a head would keep the whole head. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
