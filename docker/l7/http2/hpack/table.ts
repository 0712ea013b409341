/** An entry counts for more than its text (RFC 7541 section 4.1). */
const overhead = 32;

export interface Sized {
  readonly size: number;
}

export function entrySize(name: string, value: string): number {
  return name.length + value.length + overhead;
}

/** The dynamic table (RFC 7541 section 2.3.2): the newest is entry 0, and the oldest makes room. */
export interface DynamicTable<Entry extends Sized> {
  readonly count: number;
  /** All that were ever added. */
  readonly added: number;
  readonly limit: number;
  get(index: number): Entry | undefined;
  /** False: larger than the whole table, which it has emptied (section 4.4). */
  add(entry: Entry): boolean;
  resize(limit: number): void;
}

export function createTable<Entry extends Sized>(firstLimit: number): DynamicTable<Entry> {
  // A ring whose size is a power of two; it grows with what is in it, and nothing is in it at first.
  let ring: (Entry | undefined)[] = [];
  let mask = -1;
  let count = 0;
  let added = 0;
  let size = 0;
  let limit = firstLimit;

  const evict = (room: number) => {
    while (size > room) {
      const at = (added - count) & mask;
      size -= ring[at]?.size ?? 0;
      ring[at] = undefined;
      count -= 1;
    }
  };

  const grow = () => {
    const wider: (Entry | undefined)[] = new Array<Entry | undefined>(Math.max(ring.length * 2, 8));
    for (let index = 1; index <= count; index++) {
      wider[(added - index) & (wider.length - 1)] = ring[(added - index) & mask];
    }
    ring = wider;
    mask = wider.length - 1;
  };

  return {
    get count() {
      return count;
    },
    get added() {
      return added;
    },
    get limit() {
      return limit;
    },
    get: (index) => (index < count ? ring[(added - 1 - index) & mask] : undefined),
    add(entry) {
      evict(Math.max(limit - entry.size, 0));
      if (entry.size > limit) return false;
      if (count === ring.length) grow();
      ring[added & mask] = entry;
      added += 1;
      count += 1;
      size += entry.size;
      return true;
    },
    resize(next) {
      limit = next;
      evict(limit);
    },
  };
}
